// What record asks for beside the training, through kills and resumption.
#include "tests/app/cli/CliRun.h"

#include <QTest>

#include <csignal>

using namespace normscope::testing;

class tst_TrainMeasurements : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void writesMeasurementsAndTheirSummary();
    void changesNothingElse();
    void survivesKills();
    void extendsToWhatAWholeRunMeasures();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QStringList train(const QString& folder, const QStringList& more = {}) const {
        return QStringList{"train", in("recipe.json"), "--out", in(folder), "--steps", "60"} + more;
    }
    QTemporaryDir m_folder;
};

void tst_TrainMeasurements::initTestCase() {
    const QByteArray recipe =
        R"({"data": {"batch_size": 16}, "record": {"eval_every": 5, "eval_images": 60, "measure_every": 20,
        "exact_batches": 4, "landscape": [0.5, 4], "target_accuracy": 0.3}})";
    QVERIFY(write_bytes(in("recipe.json"), recipe));
    const CliResult result = run_cli(train("whole"));
    QVERIFY2(result.code == 0, result.errors);
}

void tst_TrainMeasurements::writesMeasurementsAndTheirSummary() {
    const QList<QByteArray> rows = bytes_of(in("whole") + "/measured.csv").trimmed().split('\n');
    QCOMPARE(rows.size(), 4);
    QVERIFY(rows[0].startsWith("step,eval_accuracy,"));
    QVERIFY(rows[1].startsWith("20,") && rows[2].startsWith("40,") && rows[3].startsWith("60,"));
    const QJsonObject summary = json_of(bytes_of(in("whole") + "/summary.json"));
    QCOMPARE(rows[3].split(',')[1].toDouble(), summary["eval_accuracy"].toDouble());
    QCOMPARE(rows[3].split(',')[3].toDouble(), summary["eval_accuracy_exact"].toDouble());
    for (const char* name : {"exact_gain_mean", "loss_range", "smoothness", "wobble_gain"}) {
        QVERIFY2(summary[name].isDouble(), name);
    }
    // The first evaluation in history.csv that reaches 0.3.
    const QList<QByteArray> history = bytes_of(in("whole") + "/history.csv").trimmed().split('\n');
    const auto column = history[0].split(',').indexOf("eval_accuracy");
    int first = 0;
    for (const QByteArray& row : history.mid(1)) {
        const QByteArray cell = row.split(',')[column];
        if (first == 0 && !cell.isEmpty() && cell.toDouble() >= 0.3) first = row.split(',')[0].toInt();
    }
    QCOMPARE(summary["steps_to_target"].toInt(), first);
    QCOMPARE(summary["steps_to_target"].isNull(), first == 0);
}

void tst_TrainMeasurements::changesNothingElse() {
    const QStringList none{"--set", "record.exact_batches=0", "--set", "record.landscape=[]"};
    QCOMPARE(run_cli(train("none", none)).code, 0);
    for (const char* name : {"/history.csv"}) QCOMPARE(bytes_of(in("none") + name), bytes_of(in("whole") + name));
    QVERIFY(!QFile::exists(in("none") + "/measured.csv"));
    QVERIFY(!json_of(bytes_of(in("none") + "/summary.json")).contains("exact_gain_mean"));
}

void tst_TrainMeasurements::survivesKills() {
    const QStringList command = train("killed", {"--resume", "--json", "--save-every", "0"});
    for (const int steps : {5, 21, 30}) {
        QProcess process;
        process.start(NORMSCOPE_CLI, command);
        for (int done = 0; done < steps;) {
            QVERIFY(process.waitForReadyRead(60000));
            done += static_cast<int>(process.readAllStandardOutput().count('\n'));
        }
        process.kill();
        QVERIFY(process.waitForFinished(60000));
    }
    QCOMPARE(run_cli(command).code, 0);
    QCOMPARE(bytes_of(in("killed") + "/measured.csv"), bytes_of(in("whole") + "/measured.csv"));
    QJsonObject a = json_of(bytes_of(in("killed") + "/summary.json")),
                b = json_of(bytes_of(in("whole") + "/summary.json"));
    a.remove("images_per_second");
    b.remove("images_per_second");
    QCOMPARE(a, b);
}

/// The end of the shorter run is no measurement of the longer one.
void tst_TrainMeasurements::extendsToWhatAWholeRunMeasures() {
    QStringList shorter = train("extended");
    shorter.replace(shorter.indexOf("60"), "30");
    QCOMPARE(run_cli(shorter).code, 0);
    QCOMPARE(bytes_of(in("extended") + "/measured.csv").count('\n'), 3);  // 20 and 30
    QCOMPARE(run_cli(train("extended", {"--resume"})).code, 0);
    QCOMPARE(bytes_of(in("extended") + "/measured.csv"), bytes_of(in("whole") + "/measured.csv"));
}

QTEST_GUILESS_MAIN(tst_TrainMeasurements)
#include "tst_TrainMeasurements.moc"
