// resources/cluster: the templates do what one machine does, where their tools are installed.
#include "tests/app/cli/SweepRuns.h"

#include <QProcessEnvironment>
#include <QStandardPaths>
#include <QTest>

using namespace normscope::testing;

class tst_ClusterTemplates : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() {
        QVERIFY(write_bytes(in("sweep.json"), eight_runs(30)));
        const CliResult result = run_cli({"sweep", in("sweep.json"), "--out", in("whole")});
        QVERIFY2(result.code == 0, result.errors);
    }

    void gnuParallel() {
        const bool is_there = !QStandardPaths::findExecutable("parallel").isEmpty();
        // moreutils has another program of that name.
        if (!is_there || !output_of("parallel", {"--version"}).contains("GNU parallel")) {
            QSKIP("GNU parallel is not installed");
        }
        const auto [code, output] = script("parallel.sh", {in("sweep.json"), in("parallel"), "2/:"});
        QVERIFY2(code == 0, output);
        QVERIFY2(output.contains("8 runs: 8 done"), output);
        QVERIFY(same_results(in("parallel"), in("whole")));
        QCOMPARE(bytes_of(in("parallel") + "/parallel.log").count('\n'), 9);
        // Once more there is nothing to do.
        QCOMPARE(script("parallel.sh", {in("sweep.json"), in("parallel")}).first, 0);
    }

    void slurm() {
        if (QStandardPaths::findExecutable("sbatch").isEmpty()) QSKIP("Slurm is not installed");
        if (output_of("sinfo", {"-h", "-o", "%T"}).trimmed() != "idle") QSKIP("no Slurm with an idle node runs here");
        const auto [code, output] = script("slurm.sh", {in("sweep.json"), in("slurm")});
        QVERIFY2(code == 0, output);
        QTRY_VERIFY_WITH_TIMEOUT(bytes_of(in("slurm") + "/slurm-collect.log").contains("8 runs: 8 done"), 300000);
        QVERIFY(same_results(in("slurm"), in("whole")));
    }

    void saysHowItIsUsed() {
        for (const char* name : {"parallel.sh", "slurm.sh"}) {
            const auto [code, output] = script(name, {});
            QCOMPARE(code, 2);
            QVERIFY2(output.contains("SWEEP.json DIR"), output);
        }
    }

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    static QByteArray output_of(const QString& program, const QStringList& arguments) {
        QProcess process;
        process.start(program, arguments);
        return process.waitForFinished(60000) ? process.readAllStandardOutput() : QByteArray();
    }
    static std::pair<int, QByteArray> script(const QString& name, const QStringList& arguments) {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("NORMSCOPE_CLI", NORMSCOPE_CLI);
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(NORMSCOPE_SOURCE_DIR "/resources/cluster/" + name, arguments);
        const bool ended = process.waitForFinished(300000);
        return {ended ? process.exitCode() : -1, process.readAll()};
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(tst_ClusterTemplates)
#include "tst_ClusterTemplates.moc"
