// train --resume: a run cut off at any moment ends as if it had not been.
#include "tests/app/cli/CliRun.h"

#include <QDir>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include <csignal>

using namespace normscope::testing;

class tst_TrainResume : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void killedAtRandomMoments();
    void goesOnAfterAnInterrupt();
    void extendsAFinishedRun_data();
    void extendsAFinishedRun();
    void beginsIfThereIsNothingToResume();
    void refusesAnotherRecipe();
    void refusesADamagedFile();
    void losesNoRun();
    void fullDiskKeepsWhatWasSaved();
    void divergedRunsStayDiverged();
    void beginsWithGivenWeights();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QStringList train(const QString& folder, const QStringList& more = {}) const {
        return QStringList{"train", in("recipe.json"), "--out", in(folder), "--threads", "2"} + more;
    }
    /// Every file alike, but for the clock.
    static bool same(const QString& a, const QString& b) {
        for (const char* name : {"history.csv", "final.safetensors", "initial.safetensors", "recipe.json"}) {
            if (bytes_of(a + "/" + name).isEmpty() || bytes_of(a + "/" + name) != bytes_of(b + "/" + name)) {
                qWarning("%s differs", name);
                return false;
            }
        }
        QJsonObject summaries[] = {json_of(bytes_of(a + "/summary.json")), json_of(bytes_of(b + "/summary.json"))};
        for (QJsonObject& summary : summaries) summary.remove("images_per_second");
        if (summaries[0] != summaries[1]) qWarning("summary.json differs");
        return summaries[0] == summaries[1] && !QFile::exists(a + "/history.csv.partial");
    }

    QTemporaryDir m_folder;
};

void tst_TrainResume::initTestCase() {
    const QByteArray recipe =
        R"({"schema": 1, "epochs": 2, "data": {"batch_size": 8}, "record": {"eval_every": 40, "eval_images": 50}})";
    QVERIFY(write_bytes(in("recipe.json"), recipe));
    const CliResult result = run_cli(train("whole", {"--steps", "800"}));  // beyond one epoch
    QVERIFY2(result.code == 0, result.errors);
}

void tst_TrainResume::killedAtRandomMoments() {
    constexpr int kills = 7;
    QRandomGenerator random(20);
    const QStringList command = train("killed", {"--steps", "800", "--resume", "--save-every", "0.02", "--json"});
    for (int killed = 0; killed < kills; ++killed) {
        QProcess process;
        process.start(NORMSCOPE_CLI, command);
        QVERIFY(process.waitForStarted());
        // The first one before anything was written; the others after some steps, of 800 in all.
        const auto steps = killed == 0 ? 0 : 1 + random.bounded(100);
        for (qsizetype done = 0; done < steps;) {
            QVERIFY(process.waitForReadyRead(60000));
            done += process.readAllStandardOutput().count('\n');
        }
        QVERIFY(::kill(static_cast<pid_t>(process.processId()), SIGKILL) == 0);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    }
    const CliResult result = run_cli(command);
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY(same(in("killed"), in("whole")));
}

void tst_TrainResume::goesOnAfterAnInterrupt() {
    for (const int signal : {SIGINT, SIGTERM}) {
        const QString folder = QString("interrupted%1").arg(signal);
        QProcess process;
        process.start(NORMSCOPE_CLI, train(folder, {"--steps", "800", "--json"}));
        QVERIFY(process.waitForReadyRead(60000));
        QVERIFY(::kill(static_cast<pid_t>(process.processId()), signal) == 0);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(QFile::exists(in(folder) + "/resume.safetensors"));
        QVERIFY(json_of(bytes_of(in(folder) + "/summary.json"))["interrupted"].toBool());
        const qsizetype before = bytes_of(in(folder) + "/history.csv").count('\n') - 1;
        QVERIFY(before >= 1 && before < 800);
        const CliResult result = run_cli(train(folder, {"--steps", "800", "--resume", "--json"}));
        QVERIFY2(result.code == 0, result.errors);
        QCOMPARE(json_of(result.output.split('\n').first())["step"].toInt(), before + 1);
        QVERIFY(same(in(folder), in("whole")));
    }
}

void tst_TrainResume::extendsAFinishedRun_data() {
    QTest::addColumn<QStringList>("first");
    QTest::addColumn<QStringList>("second");
    QTest::addColumn<QString>("whole");
    QTest::newRow("steps") << QStringList{"--steps", "30"} << QStringList{"--steps", "800"} << "whole";
    QTest::newRow("steps to epochs") << QStringList{"--steps", "30"} << QStringList{"--epochs", "1"} << "epoch";
}
void tst_TrainResume::extendsAFinishedRun() {
    QFETCH(QStringList, first);
    QFETCH(QStringList, second);
    QFETCH(QString, whole);
    if (whole == "epoch") QCOMPARE(run_cli(train(whole, second)).code, 0);
    const QString folder = "extended to " + whole;
    QCOMPARE(run_cli(train(folder, first)).code, 0);
    const QByteArray begun = bytes_of(in(folder) + "/initial.safetensors");
    const CliResult result = run_cli(train(folder, second + QStringList{"--resume"}));
    QVERIFY2(result.code == 0, result.errors);
    for (const char* name : {"history.csv", "final.safetensors", "recipe.json"})
        QVERIFY2(bytes_of(in(folder) + "/" + name) == bytes_of(in(whole) + "/" + name), name);
    QCOMPARE(bytes_of(in(folder) + "/initial.safetensors"), begun);  // says how the run began
    // Once more there is nothing left to do.
    QVERIFY(run_cli(train(folder, second + QStringList{"--resume"})).code == 0);
    QCOMPARE(bytes_of(in(folder) + "/history.csv"), bytes_of(in(whole) + "/history.csv"));
}

void tst_TrainResume::beginsIfThereIsNothingToResume() {
    const CliResult result = run_cli(train("fresh", {"--steps", "30", "--resume"}));
    QVERIFY2(result.code == 0, result.errors);
    QCOMPARE(bytes_of(in("fresh") + "/history.csv").count('\n'), 31);
}

void tst_TrainResume::refusesAnotherRecipe() {
    QVERIFY(run_cli(train("other", {"--steps", "5"})).code == 0);
    const QByteArray history = bytes_of(in("other") + "/history.csv");
    const CliResult result = run_cli(train(
        "other", {"--steps", "9", "--resume", "--set", "optimizer.lr=0.25", "--set", "model.norm.momentum=null"}));
    QCOMPARE(result.code, 2);
    QVERIFY2(result.errors.contains("optimizer.lr is 0.05 there and 0.25 here"), result.errors);
    QVERIFY2(result.errors.contains("model.norm.momentum is 0.1 there and null here"), result.errors);
    QCOMPARE(bytes_of(in("other") + "/history.csv"), history);
}

void tst_TrainResume::refusesADamagedFile() {
    QVERIFY(run_cli(train("damaged", {"--steps", "5"})).code == 0);
    const QString path = in("damaged") + "/resume.safetensors";
    const QByteArray good = bytes_of(path);
    const QByteArray history = bytes_of(in("damaged") + "/history.csv");
    QVERIFY(write_bytes(path, good.chopped(100)));
    CliResult result = run_cli(train("damaged", {"--steps", "9", "--resume"}));
    QVERIFY2(result.code == 2 && result.errors.contains("resume.safetensors"), result.errors);
    QVERIFY(write_bytes(path, bytes_of(in("damaged") + "/final.safetensors")));
    result = run_cli(train("damaged", {"--steps", "9", "--resume"}));
    QVERIFY2(result.code == 2 && result.errors.contains("checkpoint of a model"), result.errors);
    // A history that was cut or changed cannot be gone on with.
    QVERIFY(write_bytes(path, good));
    QVERIFY(write_bytes(in("damaged") + "/history.csv", history.chopped(1)));
    result = run_cli(train("damaged", {"--steps", "9", "--resume"}));
    QVERIFY2(result.code == 2 && result.errors.contains("history.csv"), result.errors);
    QCOMPARE(bytes_of(in("damaged") + "/history.csv"), history.chopped(1));
}

void tst_TrainResume::losesNoRun() {
    QVERIFY(run_cli(train("kept", {"--steps", "20"})).code == 0);
    const QByteArray history = bytes_of(in("kept") + "/history.csv");
    for (const QStringList& other : {QStringList{"--steps", "10"}, QStringList{"--steps", "20", "--set", "seed=2"},
                                     QStringList{"--steps", "30", "--set", "optimizer.lr=0.1"}}) {
        const CliResult result = run_cli(train("kept", other));
        QVERIFY2(result.code == 2 && result.errors.contains("--overwrite"), result.errors);
        QCOMPARE(bytes_of(in("kept") + "/history.csv"), history);
    }
    // The same again gives the same files; what was cut off does not give way.
    QVERIFY(run_cli(train("kept", {"--steps", "20"})).code == 0);
    QCOMPARE(bytes_of(in("kept") + "/history.csv"), history);
    QVERIFY(run_cli(train("kept", {"--steps", "10", "--overwrite"})).code == 0);
    QCOMPARE(bytes_of(in("kept") + "/history.csv").count('\n'), 11);

    QProcess process;
    process.start(NORMSCOPE_CLI, train("cut", {"--epochs", "100000", "--json", "--save-every", "0"}));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(in("cut") + "/resume.safetensors"), 60000);
    process.kill();
    QVERIFY(process.waitForFinished(60000));
    const CliResult result = run_cli(train("cut", {"--epochs", "100000"}));
    QVERIFY2(result.code == 2 && result.errors.contains("cut off after"), result.errors);
}

void tst_TrainResume::fullDiskKeepsWhatWasSaved() {
    QVERIFY(run_cli(train("full", {"--steps", "100"})).code == 0);
    const QStringList files{"history.csv", "final.safetensors", "initial.safetensors", "summary.json"};
    QMap<QString, QByteArray> before;
    for (const QString& name : files) before[name] = bytes_of(in("full") + "/" + name);
    // No file beyond 600 KiB: the history reaches that.
    QVERIFY(before["history.csv"].size() < 500 * 1024);
    QProcess process;
    const QString limited = R"(ulimit -f 600 && exec "$0" "$@")";
    process.start("bash", QStringList{"-c", limited, NORMSCOPE_CLI} + train("full", {"--steps", "800", "--resume"}));
    QVERIFY(process.waitForFinished(60000));
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 1, errors);
    QVERIFY2(errors.contains("history.csv"), errors);
    for (const QString& name : files) QVERIFY2(bytes_of(in("full") + "/" + name) == before[name], qPrintable(name));
    const CliResult result = run_cli(train("full", {"--steps", "800", "--resume"}));
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY(same(in("full"), in("whole")));
}

void tst_TrainResume::divergedRunsStayDiverged() {
    const QStringList wild{"--steps", "100", "--set", "optimizer.lr=1e6", "--set", "optimizer.weight_decay=10"};
    CliResult result = run_cli(train("wild", wild));
    QCOMPARE(result.code, 1);
    const QJsonObject summary = json_of(bytes_of(in("wild") + "/summary.json"));
    QVERIFY(summary["diverged"].toBool());
    const QJsonObject origin = summary["divergence"].toObject();
    QVERIFY(!origin["layer"].toString().isEmpty() && origin["channel"].isDouble());
    QCOMPARE(origin["step"].toInt(), summary["steps"].toInt());
    QVERIFY2(result.errors.contains(origin["sentence"].toString().toUtf8()), result.errors);
    QVERIFY2(result.errors.contains("the first value that is not finite"), result.errors);
    const QByteArray history = bytes_of(in("wild") + "/history.csv");
    result = run_cli(train("wild", wild + QStringList{"--resume"}));
    QCOMPARE(result.code, 1);
    QVERIFY2(result.errors.contains(origin["sentence"].toString().toUtf8()), result.errors);
    QCOMPARE(bytes_of(in("wild") + "/history.csv"), history);
    QCOMPARE(json_of(bytes_of(in("wild") + "/summary.json"))["divergence"].toObject(), origin);
}

void tst_TrainResume::beginsWithGivenWeights() {
    const QString weights = in("whole") + "/final.safetensors";
    CliResult result = run_cli(train("further", {"--steps", "10", "--init", weights}));
    QVERIFY2(result.code == 0, result.errors);
    const QByteArray loss = bytes_of(in("further") + "/history.csv").split('\n')[1];
    const QByteArray initial = bytes_of(in("further") + "/initial.safetensors");
    const QByteArray given = bytes_of(weights);
    QCOMPARE(initial.right(1000), given.right(1000));  // the same tensors behind other metadata
    // A resumed run has its weights already: the file need not be there any more.
    result = run_cli(train("further", {"--steps", "20", "--init", in("gone"), "--resume"}));
    QVERIFY2(result.code == 0, result.errors);
    result = run_cli(train("nowhere", {"--steps", "10", "--init", in("gone")}));
    QVERIFY2(result.code == 2 && result.errors.contains("gone"), result.errors);
    QVERIFY(!QDir(in("nowhere")).exists());
    result = run_cli(train("nowhere", {"--steps", "10", "--init", weights, "--set", "model.name=vgg"}));
    QVERIFY2(result.code == 2 && result.errors.contains("unexpected 'linear.weight'") == false, result.errors);
    QVERIFY2(result.errors.contains("does not fit the network"), result.errors);
}

QTEST_GUILESS_MAIN(tst_TrainResume)
#include "tst_TrainResume.moc"
