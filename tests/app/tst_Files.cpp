// Opening, saving, inspecting and recovering in the real window.
#include "OpenWindow.h"

#include "app/pages/InspectPage.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "core/train/ResumeFile.h"
#include "widgets/status/OfferBar.h"
#include "widgets/status/StatusLine.h"

#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace normscope;
using namespace normscope::app;
using telemetry::RunState;

namespace {

/// Answers file questions with a path.
void answerWith(MainWindow& window, const QString& path) {
    window.files().setPathQuestions({.open = [path](const QString&, const QString&) { return path; },
                                     .save = [path](const QString&, const QString&, const QString&) { return path; }});
}

std::vector<float> valuesOf(const Experiment& experiment) {
    const auto values = experiment.network().parameters().values();
    return {values.begin(), values.end()};
}

std::vector<float> stateOf(OpenWindow& open) {
    QObject receiver;
    std::vector<float> values;
    open.window.run().requestState(&receiver, {}, [&](const auto& state) { values = valuesOf(*state->from); });
    [&] { QTRY_VERIFY(!values.empty()); }();
    return values;
}

}  // namespace

class tst_Files : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void savesAndOpensARecipe();
    void savesACheckpointAndTrainsOn();
    void savedRunGoesOnToTheSameBits();
    void inspectsACheckpoint();
    void inspectsTheRunItself();
    void refusesWhatIsNoCheckpoint();
    void tellsOfUnknownFiles();
    void savesAllPlotsOfAPage();
    void remembersRecentFiles();
    void offersARunThatWasCutOff();
    void leavesNothingBehind();
};

void tst_Files::savesAndOpensARecipe() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("mine.json"));
    OpenWindow open;
    open.trainTo(2);
    open.type("model.norm.eps", QStringLiteral("0.001"));
    answerWith(open.window, path);
    open.window.files().saveRecipe();
    open.window.writer().waitForDone();
    QCOMPARE(load_recipe(path.toStdString()).model.norm.eps, 0.001);
    QCOMPARE(open.window.files().recipePath(), path);

    open.type("model.norm.eps", QStringLiteral("0.5"));
    const auto run = open.model().description()->run_id;
    open.window.files().openRecipe();
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run, patience);
    QCOMPARE(open.window.experiment().recipe().model.norm.eps, 0.001);
}

void tst_Files::savesACheckpointAndTrainsOn() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("net.safetensors"));
    OpenWindow open;
    open.trainTo(4);
    answerWith(open.window, path);
    open.window.files().saveCheckpoint();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), patience);
    const std::vector<float> saved = stateOf(open);
    QCOMPARE(load_model_state(path.toStdString()).step->value, 4);
    open.trainTo(8);
    const auto run = open.model().description()->run_id;
    open.window.files().trainOn(path);
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run, patience);
    QTRY_COMPARE(open.step(), 0);
    QVERIFY(stateOf(open) == saved);
}

void tst_Files::savedRunGoesOnToTheSameBits() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("run.safetensors"));
    OpenWindow open;
    open.trainTo(5);
    answerWith(open.window, path);
    open.window.files().saveRun();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), patience);
    open.trainTo(12);
    const std::vector<float> there = stateOf(open);
    const auto run = open.model().description()->run_id;
    open.window.files().trainOn(path);
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run, patience);
    QTRY_COMPARE(open.step(), 5);
    open.trainTo(12);
    QVERIFY(stateOf(open) == there);
}

void tst_Files::inspectsACheckpoint() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("net.safetensors"));
    OpenWindow open;
    open.trainTo(3);
    answerWith(open.window, path);
    open.window.files().saveCheckpoint();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), patience);
    const auto run = open.model().description()->run_id;
    open.window.files().openPath(path);
    auto* page = qobject_cast<InspectPage*>(open.window.pages()->currentPage());
    QVERIFY(page);
    QTRY_VERIFY_WITH_TIMEOUT(page->file() && page->file()->path == path, patience);
    QCOMPARE(page->layerTable()->rowCount(), 2);
    QCOMPARE(page->layerTable()->item(0, 0)->text(), QStringLiteral("bn1"));
    QVERIFY(page->findingList()->item(0)->text().contains(QStringLiteral("3 batches")));
    QCOMPARE(open.model().description()->run_id, run);  // looking changes nothing
    page->trainButton()->click();
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run, patience);
}

void tst_Files::inspectsTheRunItself() {
    OpenWindow open;
    open.trainTo(3);
    auto* page = open.show<InspectPage>("inspect");
    QTRY_VERIFY_WITH_TIMEOUT(page->file() != nullptr, patience);
    QCOMPARE(page->layerTable()->rowCount(), 2);
    QVERIFY(!page->trainButton()->isEnabled());
    const auto layer =
        open.model().store()->schema().find(telemetry::Statistic::running_var, LayerIndex{1}, ChannelIndex{0});
    const double recorded = *open.model().store()->series(*layer).value_at(3);
    QTRY_COMPARE(page->file()->layers.front().running_var.front(), recorded);
}

void tst_Files::refusesWhatIsNoCheckpoint() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("pickle.safetensors"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("PK\x03\x04 pickled");
    file.close();
    OpenWindow open;
    open.trainTo(2);
    open.window.files().openPath(path);
    auto* page = qobject_cast<InspectPage*>(open.window.pages()->currentPage());
    QTRY_VERIFY_WITH_TIMEOUT(page->message()->text().contains(QStringLiteral("pickle.safetensors")) &&
                                 !page->message()->text().startsWith(QStringLiteral("Reading")),
                             patience);
    QVERIFY(page->file() == nullptr || page->file()->path.isEmpty());
    const auto run = open.model().description()->run_id;
    QSignalSpy noticed(&open.model(), &RunModel::noticed);
    open.window.files().trainOn(path);
    QTRY_COMPARE_WITH_TIMEOUT(noticed.size(), 1, patience);
    QCOMPARE(open.model().description()->run_id, run);
    QCOMPARE(open.step(), 2);
}

void tst_Files::tellsOfUnknownFiles() {
    OpenWindow open;
    QSignalSpy failed(&open.window.files(), &FileController::failed);
    open.window.files().openPath(QStringLiteral("/nowhere/at/all.json"));
    open.window.files().openPath(QStringLiteral(NORMSCOPE_SOURCE_DIR "/LICENSE"));
    QCOMPARE(failed.size(), 2);
    QVERIFY(failed[0].first().toString().contains(QStringLiteral("/nowhere/at/all.json")));
    QVERIFY(failed[1].first().toString().contains(QStringLiteral("LICENSE")));
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 1, patience);
}

void tst_Files::savesAllPlotsOfAPage() {
    QTemporaryDir folder;
    OpenWindow open;
    open.trainTo(5);
    open.window.plotSaver()->setFolderQuestion([&] { return folder.path(); });
    open.window.plotSaver()->action()->trigger();
    open.window.writer().waitForDone();
    const auto plots = open.window.pages()->currentPage()->plots();
    const QStringList files = QDir(folder.path()).entryList(QDir::Files);
    QCOMPARE(files.size(), 4 * static_cast<int>(plots.size()));
    for (const auto& [name, plot] : plots) QVERIFY(files.contains(QStringLiteral("statistics-%1.svg").arg(name)));
    QFile csv(folder.filePath(QStringLiteral("statistics-loss.csv")));
    QVERIFY(csv.open(QIODevice::ReadOnly));
    QCOMPARE(csv.readAll().count('\n'), 6);  // a header and five steps

    QSignalSpy failed(open.window.plotSaver(), &PlotSaver::failed);
    QSignalSpy writerFailed(&open.window.writer(), &BackgroundWriter::failed);
    open.window.plotSaver()->saveInto(QStringLiteral("/nowhere/at/all"));
    QTRY_VERIFY_WITH_TIMEOUT(!writerFailed.isEmpty(), patience);
    QVERIFY(failed.isEmpty());
}

void tst_Files::remembersRecentFiles() {
    RecentFiles recent(false);
    for (int i = 0; i < 14; ++i) recent.add(QStringLiteral("/tmp/%1.json").arg(i % 12));
    QCOMPARE(recent.paths().size(), RecentFiles::most);
    QCOMPARE(recent.paths().front(), QStringLiteral("/tmp/1.json"));
    QCOMPARE(recent.paths().count(QStringLiteral("/tmp/1.json")), 1);
    recent.clear();
    QVERIFY(recent.paths().isEmpty());
}

void tst_Files::offersARunThatWasCutOff() {
    QTemporaryDir folder;
    std::vector<float> there;
    LaunchOptions options = plainOptions();
    options.recoveryFolder = folder.path();
    const QString left = folder.filePath(QStringLiteral("run-1.safetensors"));
    {
        OpenWindow open(options);
        open.trainTo(6);
        QVERIFY(!open.window.offerBar()->isVisible());
        open.window.recovery()->save();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(open.window.recovery()->ownFile()), patience);
        // As if this process had been killed: its file without a lock that anybody holds.
        QVERIFY(QFile::copy(open.window.recovery()->ownFile(), left));
        there = stateOf(open);
    }
    QCOMPARE(QDir(folder.path()).entryList({QStringLiteral("*.safetensors")}, QDir::Files),
             QStringList{QStringLiteral("run-1.safetensors")});
    OpenWindow open(options);
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description() != nullptr, patience);
    QVERIFY(open.window.offerBar()->isVisible());
    const auto run = open.model().description()->run_id;
    open.window.offerBar()->findChild<QPushButton*>()->click();
    QTRY_VERIFY_WITH_TIMEOUT(open.model().description()->run_id > run, patience);
    QTRY_COMPARE(open.step(), 6);
    QVERIFY(stateOf(open) == there);
    QVERIFY(!open.window.offerBar()->isVisible());
    QVERIFY(QFile::exists(left));  // until this process has saved it itself
    open.trainTo(7);
    open.window.recovery()->save();
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(left), patience);
}

void tst_Files::leavesNothingBehind() {
    QTemporaryDir folder;
    LaunchOptions options = plainOptions();
    options.recoveryFolder = folder.path();
    {
        OpenWindow open(options);
        open.trainTo(3);
        open.window.recovery()->save();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(open.window.recovery()->ownFile()), patience);
        open.window.close();
    }
    QVERIFY(QDir(folder.path()).entryList(QDir::Files).isEmpty());
}

QTEST_MAIN(tst_Files)
#include "tst_Files.moc"
