// Exports from the real window.
#include "OpenWindow.h"

#include "app/controllers/ExportController.h"
#include "core/io/ReadFile.h"
#include "core/train/Checkpoint.h"
#include "widgets/status/StatusLine.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace normscope;
using namespace normscope::app;

namespace {

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::vector<float> weightsIn(const QString& folder) {
    const auto state = load_model_state((folder + "/weights.safetensors").toStdString());
    std::vector<float> weights;
    for (const auto& tensor : state.tensors) weights.insert(weights.end(), tensor.values.begin(), tensor.values.end());
    return weights;
}

std::int64_t stepIn(const QString& folder) {
    return load_model_state((folder + "/weights.safetensors").toStdString()).step->value;
}

/// Exports and waits; the sentence of the end.
QString exported(OpenWindow& open, ExportFormat format, const QString& path) {
    ExportController& exporter = open.window.exporter();
    QSignalSpy done(&exporter, &ExportController::exported), ended(&exporter, &ExportController::ended);
    QSignalSpy failed(&exporter, &ExportController::failed);
    exporter.exportTo(format, path);
    if (!QTest::qWaitFor([&] { return !ended.isEmpty(); }, patience)) return "did not end";
    if (!done.isEmpty()) return done.first().first().toString();
    return failed.isEmpty() ? QString() : "failed: " + failed.first().first().toString();
}

}  // namespace

class tst_ExportController : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void writesWhatIsOnView();
    void writesAnEarlierStep();
    void theRunGoesOn();
    void saysWhatWentWrong();
    void canBeCancelled();
    void closesWhileExporting();

   private:
    QString in(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void tst_ExportController::writesWhatIsOnView() {
    OpenWindow open;
    open.trainTo(6);
    ExportController& exporter = open.window.exporter();
    QVERIFY(exporter.onnxAction()->isEnabled() && exporter.torchAction()->isEnabled());
    QVERIFY(!exporter.cancelAction()->isEnabled());
    QSignalSpy progressed(&exporter, &ExportController::progressed);
    const QString sentence = exported(open, ExportFormat::Onnx, in("network.onnx"));
    QVERIFY2(sentence.contains("network.onnx") && sentence.contains("OpenCV"), qPrintable(sentence));
    QVERIFY(!progressed.isEmpty());
    QVERIFY(bytesOf(in("network.onnx")).contains("BatchNormalization"));
    const QString folded = exported(open, ExportFormat::FoldedOnnx, in("folded.onnx"));
    QVERIFY(folded.contains("folded.onnx"));
    QVERIFY(!bytesOf(in("folded.onnx")).contains("BatchNormalization"));
    QVERIFY(exported(open, ExportFormat::PyTorch, in("torch")).contains("model.py"));
    QCOMPARE(stepIn(in("torch")), 6);
    QVERIFY(bytesOf(in("torch/model.py")).contains("after 6 training steps"));
    QVERIFY(exporter.onnxAction()->isEnabled() && !exporter.cancelAction()->isEnabled());
    QVERIFY(open.window.findChild<widgets::StatusLine*>()->message().contains("model.py"));
}

void tst_ExportController::writesAnEarlierStep() {
    OpenWindow open;
    open.trainTo(7);
    exported(open, ExportFormat::PyTorch, in("then"));
    open.trainTo(15);
    open.window.feed().showStep(StepIndex{7});
    exported(open, ExportFormat::PyTorch, in("later"));
    QCOMPARE(stepIn(in("later")), 7);
    QCOMPARE(weightsIn(in("later")), weightsIn(in("then")));
    open.window.feed().follow();
    exported(open, ExportFormat::PyTorch, in("later"));
    QCOMPARE(stepIn(in("later")), 15);
}

void tst_ExportController::theRunGoesOn() {
    OpenWindow open;
    open.trainTo(3);
    open.window.run().play();
    QTRY_VERIFY_WITH_TIMEOUT(open.step() > 5, patience);
    exported(open, ExportFormat::PyTorch, in("playing"));
    const auto step = stepIn(in("playing"));
    QVERIFY(step > 3);
    QTRY_VERIFY_WITH_TIMEOUT(open.step() > step, patience);
    open.window.run().pause();
    QTRY_VERIFY_WITH_TIMEOUT(!open.model().isActive(), patience);
}

void tst_ExportController::saysWhatWentWrong() {
    OpenWindow open;
    open.trainTo(2);
    const QString nowhere = exported(open, ExportFormat::Onnx, "/nowhere/at/all.onnx");
    QVERIFY2(nowhere.startsWith("failed: ") && nowhere.contains("/nowhere/at"), qPrintable(nowhere));
    QVERIFY(open.window.findChild<widgets::StatusLine*>()->message().contains("/nowhere/at"));
    QFile mine(in("mine.txt"));
    QVERIFY(mine.open(QIODevice::WriteOnly));
    mine.close();
    const QString other = exported(open, ExportFormat::PyTorch, m_folder->path());
    QVERIFY2(other.contains("mine.txt"), qPrintable(other));
    QVERIFY(!open.window.exporter().isBusy());
}

void tst_ExportController::canBeCancelled() {
    OpenWindow open;
    open.trainTo(2);
    ExportController& exporter = open.window.exporter();
    QSignalSpy cancelled(&exporter, &ExportController::cancelled), done(&exporter, &ExportController::exported);
    QSignalSpy ended(&exporter, &ExportController::ended);
    exporter.exportTo(ExportFormat::Onnx, in("cancelled.onnx"));
    QVERIFY(exporter.isBusy());
    QVERIFY(exporter.cancelAction()->isEnabled() && !exporter.onnxAction()->isEnabled());
    exporter.exportTo(ExportFormat::Onnx, in("second.onnx"));  // one at a time
    exporter.cancelAction()->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!ended.isEmpty(), patience);
    QCOMPARE(cancelled.size(), 1);
    QVERIFY(done.isEmpty());
    QVERIFY(!QFile::exists(in("cancelled.onnx")) && !QFile::exists(in("second.onnx")));
    QVERIFY(open.window.findChild<widgets::StatusLine*>()->message().contains("cancelled"));
}

void tst_ExportController::closesWhileExporting() {
    for (int i = 0; i < 3; ++i) {
        OpenWindow open;
        open.trainTo(2);
        open.window.exporter().exportTo(ExportFormat::Onnx, in("closed.onnx"));
        if (i == 1) QCoreApplication::processEvents();
        open.window.close();
    }
    // All or nothing.
    const QByteArray bytes = bytesOf(in("closed.onnx"));
    QVERIFY(bytes.isEmpty() || bytes.contains("normscope.recipe"));
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(), bytes.isEmpty() ? 0 : 1);
}

QTEST_MAIN(tst_ExportController)
#include "tst_ExportController.moc"
