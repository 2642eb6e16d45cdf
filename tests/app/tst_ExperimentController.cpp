#include "app/controllers/ExperimentController.h"

#include "core/recipe/RecipeJson.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::app;
using telemetry::RunState;

/// Milliseconds: sanitizers take their time.
constexpr int patience = 60'000;

class tst_ExperimentController : public QObject {
    Q_OBJECT

   private slots:
    void startsTheDefaultExperiment();
    void changesLiveSettingsWithUndo();
    void cumulativeMomentumCanBeUndone();
    void offersARestartForTheOthers();
    void choosesANetworkWithUndo();
    void resetKeepsWhatWaitedForARestart();
    void missingDataLeavesTheRunAlone_data();
    void missingDataLeavesTheRunAlone();

   private:
    RunController m_run{1};
    ExperimentController m_experiment{m_run};
};

void tst_ExperimentController::startsTheDefaultExperiment() {
    m_experiment.startDefault(false);
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().snapshot().state, RunState::paused, patience);
    QCOMPARE(m_experiment.recipe().model.norm.momentum, 0.01);
    QVERIFY(!m_experiment.needsRestart());
    QCOMPARE(m_run.model().description()->train_images, 6000);
}

void tst_ExperimentController::changesLiveSettingsWithUndo() {
    QSignalSpy changed(&m_experiment, &ExperimentController::hyperparameterChanged);
    m_experiment.changeHyperparameter("model.norm.momentum", 0.5);
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().events().size(), 1U, patience);
    QCOMPARE(m_run.model().events().back().new_value, "0.5");
    QCOMPARE(m_experiment.recipe().model.norm.momentum, 0.5);
    m_experiment.undoStack().undo();
    QCOMPARE(m_experiment.recipe().model.norm.momentum, 0.01);
    QCOMPARE(changed.count(), 2);
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().events().back().new_value, "0.01", patience);
}

void tst_ExperimentController::cumulativeMomentumCanBeUndone() {
    m_experiment.changeHyperparameter("model.norm.momentum", std::nan(""));
    QVERIFY(!m_experiment.recipe().model.norm.momentum);
    m_experiment.changeHyperparameter("model.norm.momentum", 0.3);
    m_experiment.undoStack().undo();
    QVERIFY(m_experiment.recipe().model.norm.momentum != 0.3);
    QVERIFY(!m_run.model().events().empty());
}

void tst_ExperimentController::offersARestartForTheOthers() {
    QSignalSpy needed(&m_experiment, &ExperimentController::needsRestartChanged);
    m_experiment.changeHyperparameter("seed", 77);
    QCOMPARE(needed.count(), 1);
    QVERIFY(m_experiment.restartAction()->isEnabled());
    QVERIFY(m_run.model().description()->seed != 77);  // the run goes on with its own
    m_experiment.restart();
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().description()->seed, 77U, patience);
    QVERIFY(!m_experiment.needsRestart());
    m_run.pause();
}

void tst_ExperimentController::choosesANetworkWithUndo() {
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().snapshot().state, RunState::paused, patience);
    QSignalSpy changed(&m_experiment, &ExperimentController::choiceChanged);
    m_experiment.changeChoice("model.name", "Layers", "vgg");
    m_experiment.changeChoice("model.name", "Layers", "vgg");  // nothing new
    QCOMPARE(changed.count(), 1);
    QVERIFY(m_experiment.needsRestart());
    m_experiment.undoStack().undo();
    QCOMPARE(m_experiment.recipe().model.name, "simple");
    QVERIFY(!m_experiment.needsRestart());

    m_experiment.undoStack().redo();
    m_experiment.restart();
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().description()->model_name, "vgg", patience);
    QVERIFY(!m_experiment.needsRestart());
    m_run.pause();
}

void tst_ExperimentController::resetKeepsWhatWaitedForARestart() {
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().snapshot().state, RunState::paused, patience);
    const auto run = m_run.model().description()->run_id;
    m_experiment.changeHyperparameter("seed", 78);
    m_run.resetAction()->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(m_run.model().description()->run_id > run, patience);
    QCOMPARE(m_run.model().description()->seed, 78U);
    QCOMPARE(m_experiment.recipe().seed, 78U);
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().snapshot().state, RunState::paused, patience);
}

void tst_ExperimentController::missingDataLeavesTheRunAlone_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("exists");
    QTest::newRow("missing") << QByteArray() << false;
    QTest::newRow("empty") << QByteArray() << true;
    QTest::newRow("cut header") << QByteArray::fromHex("00000803000000") << true;
    QTest::newRow("cut data") << QByteArray::fromHex("000008030000000200000002000000020102") << true;
    QTest::newRow("a picture") << QByteArray::fromHex("89504e470d0a1a0a0000000d49484452") << true;
}

void tst_ExperimentController::missingDataLeavesTheRunAlone() {
    QFETCH(QByteArray, bytes);
    QFETCH(bool, exists);
    QTemporaryDir folder;
    const QString path = folder.filePath("images");
    if (exists) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
    m_run.play();
    QTRY_COMPARE_WITH_TIMEOUT(m_run.model().snapshot().state, RunState::playing, patience);
    const auto run = m_run.model().description()->run_id;
    const auto step = m_run.model().snapshot().step;
    QSignalSpy noticed(&m_run.model(), &RunModel::noticed);

    m_experiment.openData({.source = QStringLiteral("idx:%1,%1").arg(path).toStdString()});

    QTRY_COMPARE_WITH_TIMEOUT(noticed.count(), 1, patience);
    QVERIFY2(noticed.first().first().toString().contains(path), qPrintable(noticed.first().first().toString()));
    QTRY_VERIFY_WITH_TIMEOUT(m_run.model().snapshot().step > step, patience);  // and still training
    QCOMPARE(m_run.model().description()->run_id, run);
    QCOMPARE(m_experiment.recipe().data.source, "fashion-mnist");
    m_run.pause();
}

QTEST_MAIN(tst_ExperimentController)
#include "tst_ExperimentController.moc"
