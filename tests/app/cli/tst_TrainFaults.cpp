// train where folders are shared, pictures vanish and processes are killed in the middle of saving.
#include "tests/app/cli/CliRun.h"

#include <QDir>
#include <QDirIterator>
#include <QRandomGenerator>
#include <QTest>

#include <csignal>

using namespace normscope::testing;

namespace {

/// A process that is killed if a test gives up on it.
class RunningCli {
   public:
    explicit RunningCli(const QStringList& arguments) { m_process.start(NORMSCOPE_CLI, arguments); }
    ~RunningCli() {
        m_process.kill();
        m_process.waitForFinished(60000);
    }
    RunningCli(const RunningCli&) = delete;
    RunningCli& operator=(const RunningCli&) = delete;

    /// Waits for so many lines on standard output.
    bool wait_for_lines(qsizetype lines) {
        while (m_lines < lines) {
            if (!m_process.waitForReadyRead(60000)) return false;
            m_lines += m_process.readAllStandardOutput().count('\n');
        }
        return true;
    }
    bool kill() { return ::kill(static_cast<pid_t>(m_process.processId()), SIGKILL) == 0 && ended(); }
    bool ended() { return m_process.waitForFinished(120000); }
    int code() const { return m_process.exitCode(); }
    qint64 id() const { return m_process.processId(); }
    QByteArray errors() { return m_process.readAllStandardError(); }

   private:
    QProcess m_process;
    qsizetype m_lines = 0;
};

QStringList hidden_files(const QString& folder) {
    return QDir(folder).entryList({".*"}, QDir::Files | QDir::Hidden | QDir::System);
}

}  // namespace

class tst_TrainFaults : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void oneProcessAFolder();
    void killedWhileSaving();
    void vanishedPictures();
    void stepsBeyondThePlan();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QStringList train(const QString& folder, const QStringList& more = {}) const {
        return QStringList{"train", in("recipe.json"), "--out", in(folder), "--threads", "1"} + more;
    }

    QTemporaryDir m_folder;
};

void tst_TrainFaults::initTestCase() {
    QVERIFY(write_bytes(in("recipe.json"), R"({"schema": 1, "epochs": 2, "data": {"batch_size": 8,
        "source": "shapes:images=80,eval_images=16,size=8", "normalize": {"mean": [0.3, 0.3, 0.3], "std": [0.3, 0.3, 0.3]}},
        "record": {"eval_every": 0}})"));
}

void tst_TrainFaults::oneProcessAFolder() {
    const QStringList longer{"--steps", "100000", "--json", "--save-every", "0"};
    RunningCli first(train("shared", longer));
    QVERIFY(first.wait_for_lines(3));
    for (const QStringList& more : {QStringList{"--steps", "5"}, QStringList{"--steps", "5", "--resume"},
                                    QStringList{"--steps", "5", "--overwrite"}}) {
        const CliResult second = run_cli(train("shared", more));
        QCOMPARE(second.code, 2);
        QVERIFY2(second.errors.contains("is in use by another process (number " + QByteArray::number(first.id()) + ")"),
                 second.errors);
        QVERIFY2(second.errors.contains(in("shared").toUtf8()), second.errors);
    }
    QVERIFY(first.wait_for_lines(10));  // it was not disturbed
    QVERIFY(first.kill());
    const CliResult next = run_cli(train("shared", {"--steps", "1", "--resume"}));
    QVERIFY2(next.code == 0, next.errors);
    QCOMPARE(hidden_files(in("shared")), QStringList{});
}

void tst_TrainFaults::killedWhileSaving() {
    constexpr int kills = 20;
    const QStringList whole{"--steps", "400"};
    QCOMPARE(run_cli(train("whole", whole)).code, 0);
    QRandomGenerator random(8);
    qsizetype left_behind = 0;
    for (int i = 0; i < kills; ++i) {
        RunningCli run(train("killed", whole + QStringList{"--resume", "--json", "--save-every", "0"}));
        QVERIFY(run.wait_for_lines(1 + random.bounded(12)));
        QVERIFY(run.kill());
        left_behind += hidden_files(in("killed")).filter(".tmp").size();
    }
    qInfo("%lld temporary files were left behind and tidied up", static_cast<long long>(left_behind));
    const CliResult result = run_cli(train("killed", whole + QStringList{"--resume"}));
    QVERIFY2(result.code == 0, result.errors);
    for (const char* name : {"history.csv", "final.safetensors", "initial.safetensors", "recipe.json"})
        QVERIFY2(bytes_of(in("killed") + "/" + name) == bytes_of(in("whole") + "/" + name), name);
    QCOMPARE(hidden_files(in("killed")), QStringList{});
    QCOMPARE(QDir(in("killed")).entryList(QDir::Files), QDir(in("whole")).entryList(QDir::Files));
}

void tst_TrainFaults::vanishedPictures() {
    // An image folder, none of it kept in memory.
    QCOMPARE(run_cli({"data", "shapes:images=80,eval_images=16,size=8", "--write", in("pictures")}).code, 0);
    const QString source = "data.source=folder:" + in("pictures") + "?size=8";
    const QStringList options{"--set", source, "--steps", "40", "--cache", "0", "--json"};
    QCOMPARE(run_cli(train("unharmed", options)).code, 0);
    {
        RunningCli run(train("robbed", options));
        QVERIFY(run.wait_for_lines(5));
        QVERIFY(QDir().rename(in("pictures"), in("elsewhere")));
        QVERIFY(run.ended());
        const QByteArray errors = run.errors();
        QCOMPARE(run.code(), 2);
        QVERIFY2(errors.contains(in("pictures").toUtf8()) && errors.contains("no such file"), errors);
    }
    QVERIFY(QDir().rename(in("elsewhere"), in("pictures")));
    const CliResult result = run_cli(train("robbed", options + QStringList{"--resume"}));
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY(json_of(result.output.split('\n').first())["step"].toInt() > 5);  // nothing was lost
    for (const char* name : {"history.csv", "final.safetensors"})
        QVERIFY2(bytes_of(in("robbed") + "/" + name) == bytes_of(in("unharmed") + "/" + name), name);
}

void tst_TrainFaults::stepsBeyondThePlan() {
    // Two epochs are twenty steps: the cosine has come down then, and sees the plan repeated after them.
    const QStringList cosine{"--set", "schedule.name=cosine", "--steps"};
    QCOMPARE(run_cli(train("beyond", cosine + QStringList{"25"})).code, 0);
    QCOMPARE(run_cli(train("in two goes", cosine + QStringList{"20"})).code, 0);
    QCOMPARE(run_cli(train("in two goes", cosine + QStringList{"25", "--resume"})).code, 0);
    for (const char* name : {"history.csv", "final.safetensors"})
        QVERIFY2(bytes_of(in("beyond") + "/" + name) == bytes_of(in("in two goes") + "/" + name), name);
    const auto rows = bytes_of(in("beyond") + "/history.csv").trimmed().split('\n');
    const qsizetype column = rows[0].split(',').indexOf("optimizer.lr");
    QVERIFY(column > 0);
    const auto rate = [&](int step) { return rows[step].split(',')[column].toDouble(); };
    const double full = rate(1);
    QVERIFY(rate(20) < 0.01 * full);
    QVERIFY(qAbs(rate(21) - full / 2) < 0.01 * full);  // step 20 of 40
    QVERIFY(rate(25) < rate(21));
}

QTEST_GUILESS_MAIN(tst_TrainFaults)
#include "tst_TrainFaults.moc"
