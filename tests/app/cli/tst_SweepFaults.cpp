// Sweeps that are killed, interrupted, doubled, and out of disk: in the end the same bytes.
#include "tests/app/cli/SweepRuns.h"

#include <QRandomGenerator>
#include <QTest>

#include <csignal>
#include <vector>

#include <unistd.h>

using namespace normscope::testing;

namespace {

/// Processes whose parent is `parent`, from /proc.
QList<pid_t> children_of(qint64 parent) {
    QList<pid_t> children;
    for (const QString& name : QDir("/proc").entryList(QDir::Dirs)) {
        bool is_number = false;
        const int process = name.toInt(&is_number);
        if (!is_number) continue;
        const QByteArray stat = bytes_of("/proc/" + name + "/stat");
        const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
        if (fields.size() > 1 && fields[1].toLongLong() == parent && fields[0] != "Z") children << process;
    }
    return children;
}

bool is_alive(pid_t process) {
    const QByteArray stat = bytes_of("/proc/" + QString::number(process) + "/stat");
    return !stat.isEmpty() && stat.mid(stat.lastIndexOf(')') + 2, 1) != "Z";
}

}  // namespace

class tst_SweepFaults : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void killedAtRandomMoments();
    void childrenDieWithTheParent();
    void interruptSavesEverything();
    void twoProcessesShareAFolder();
    void fullDiskStopsNothingButTheRunsThatMeetIt();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QStringList sweep(const QString& folder, const QStringList& more = {}) const {
        return QStringList{"sweep", in("sweep.json"), "--out", in(folder), "--save-every", "0.02"} + more;
    }
    /// Waits until a run is under way that has rows to lose.
    bool waitForSteps(const QString& folder) const {
        return QTest::qWaitFor(
            [&] {
                for (const QString& run : QDir(in(folder)).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
                    const QString path = in(folder) + "/" + run;
                    if (QFile::exists(path + "/resume.safetensors") && !QFile::exists(path + "/summary.json"))
                        return true;
                }
                return false;
            },
            60000);
    }

    QTemporaryDir m_folder;
};

void tst_SweepFaults::initTestCase() {
    QVERIFY(write_bytes(in("sweep.json"), eight_runs(300)));
    const CliResult result = run_cli(sweep("whole", {"--jobs", "2"}));
    QVERIFY2(result.code == 0, result.errors);
}

void tst_SweepFaults::killedAtRandomMoments() {
    QRandomGenerator random(7);
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round) {
        QProcess process;
        process.start(NORMSCOPE_CLI, sweep("killed", {"--jobs", "2"}));
        QVERIFY(waitForSteps("killed") || process.state() == QProcess::NotRunning);
        // Some children, which it starts again, and then itself.
        for (int kill = random.bounded(3); kill > 0; --kill) {
            const QList<pid_t> children = children_of(process.processId());
            if (!children.isEmpty()) ::kill(children[random.bounded(children.size())], SIGKILL);
            QVERIFY(waitForSteps("killed") || process.state() == QProcess::NotRunning);
        }
        process.kill();
        QVERIFY(process.waitForFinished(60000));
    }
    const CliResult result = run_cli(sweep("killed", {"--jobs", "4"}));
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY(same_results(in("killed"), in("whole")));
}

void tst_SweepFaults::childrenDieWithTheParent() {
    QProcess process;
    process.start(NORMSCOPE_CLI, sweep("orphans", {"--jobs", "3"}));
    QVERIFY(waitForSteps("orphans"));
    QList<pid_t> children;
    QTRY_VERIFY_WITH_TIMEOUT(!(children = children_of(process.processId())).isEmpty(), 60000);
    process.kill();
    QVERIFY(process.waitForFinished(60000));
    for (const pid_t child : children) QTRY_VERIFY_WITH_TIMEOUT(!is_alive(child), 60000);
}

void tst_SweepFaults::interruptSavesEverything() {
    QProcess process;
    process.start(NORMSCOPE_CLI, sweep("interrupted", {"--jobs", "2"}));
    QVERIFY(waitForSteps("interrupted"));
    const QList<pid_t> children = children_of(process.processId());
    QVERIFY(::kill(static_cast<pid_t>(process.processId()), SIGINT) == 0);
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 130);
    for (const pid_t child : children) QVERIFY(!is_alive(child));
    const QByteArray table = bytes_of(in("interrupted") + "/results.csv");
    QVERIFY2(table.contains(",cut off,") || table.contains(",missing,"), table);
    QVERIFY2(!table.contains("failed"), table);
    const CliResult result = run_cli(sweep("interrupted", {"--jobs", "2"}));
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY(same_results(in("interrupted"), in("whole")));
}

void tst_SweepFaults::twoProcessesShareAFolder() {
    std::vector<QProcess> both(2);
    for (QProcess& process : both) process.start(NORMSCOPE_CLI, sweep("shared", {"--jobs", "2", "--json"}));
    int started = 0;
    for (QProcess& process : both) {
        QVERIFY(process.waitForFinished(300000));
        const QByteArray output = process.readAllStandardOutput();
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
        QVERIFY2(output.contains("\"runs\":8,\"done\":8"), output);
        started += static_cast<int>(output.count("\"event\":\"started\""));
    }
    QVERIFY(started >= 8);
    QVERIFY(same_results(in("shared"), in("whole")));
}

void tst_SweepFaults::fullDiskStopsNothingButTheRunsThatMeetIt() {
    if (::geteuid() != 0) QSKIP("mounting a small disk needs root");
    const QString disk = in("disk");
    QVERIFY(QDir().mkpath(disk));
    // Room for about two runs of eight.
    if (QProcess::execute("mount", {"-t", "tmpfs", "-o", "size=6m", "tmpfs", disk}) != 0) {
        QSKIP("no file system can be mounted here");
    }
    const auto command = QStringList{"sweep", in("sweep.json"), "--out", disk + "/full", "--jobs", "2"};
    const CliResult full = run_cli(command);
    const QByteArray table = bytes_of(disk + "/full/results.csv");
    const bool has_room = QProcess::execute("mount", {"-o", "remount,size=200m", disk}) == 0;
    const CliResult result = run_cli(command);
    const bool is_same = same_results(disk + "/full", in("whole"));
    QCOMPARE(QProcess::execute("umount", {disk}), 0);
    QCOMPARE(full.code, 1);
    QVERIFY2(full.errors.contains("disk is full"), full.errors);
    QVERIFY2(!table.contains(",running,"), table);
    QVERIFY(has_room);
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY(is_same);
}

QTEST_GUILESS_MAIN(tst_SweepFaults)
#include "tst_SweepFaults.moc"
