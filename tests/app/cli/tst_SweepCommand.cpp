// normscope-cli sweep: the same bits with any number of workers, and every run's fate on record.
#include "tests/app/cli/SweepRuns.h"

#include <QJsonArray>
#include <QTest>

using namespace normscope::testing;

class tst_SweepCommand : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void workersChangeNoBit();
    void normMomentumChangesNoTrainingLoss();
    void oneRunAtATimeByHash();
    void listsRuns();
    void finishedRunsAreNotTrainedAgain();
    void failedAndDivergedRunsStopNothing();
    void printsVerdicts();
    void refuses_data();
    void refuses();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QStringList sweep(const QString& folder, const QStringList& more = {}) const {
        return QStringList{"sweep", in("sweep.json"), "--out", in(folder)} + more;
    }
    QTemporaryDir m_folder;
};

void tst_SweepCommand::initTestCase() {
    QVERIFY(write_bytes(in("sweep.json"), eight_runs(60)));
    const CliResult result = run_cli(sweep("whole", {"--jobs", "1"}));
    QVERIFY2(result.code == 0, result.errors);
    QVERIFY2(result.output.contains("8 runs: 8 done"), result.output);
}

void tst_SweepCommand::workersChangeNoBit() {
    for (const QStringList& more : {QStringList{"--jobs", "4"}, QStringList{"--jobs", "2", "--threads", "3"}}) {
        const QString folder = "with " + more.join(' ');
        const CliResult result = run_cli(sweep(folder, more));
        QVERIFY2(result.code == 0, result.errors);
        QVERIFY(same_results(in(folder), in("whole")));
    }
    // Beginning again from nothing but the folders gives the same table.
    QVERIFY(QFile::remove(in("whole") + "/results.csv"));
    QCOMPARE(run_cli(sweep("whole", {"--collect"})).code, 0);
    QVERIFY(same_results(in("whole"), in("with --jobs 4")));
}

/// What BN's momentum changes is only what eval mode computes: the loss of every training step is the same to the bit.
void tst_SweepCommand::normMomentumChangesNoTrainingLoss() {
    QMap<QByteArray, QList<QByteArray>> losses;  // by batch size and seed
    QSet<QByteArray> accuracies;
    const QList<QByteArray> lines = bytes_of(in("whole") + "/results.csv").trimmed().split('\n');
    QCOMPARE(lines.size(), 9);
    for (const QByteArray& line : lines.mid(1)) {
        const QList<QByteArray> cells = line.split(',');
        QList<QByteArray> column;
        const QList<QByteArray> rows = bytes_of(in("whole") + "/" + cells[0] + "/history.csv").trimmed().split('\n');
        const auto loss = rows[0].split(',').indexOf("loss");
        QVERIFY(loss > 0);
        for (const QByteArray& row : rows.mid(1)) column << row.split(',')[loss];
        QCOMPARE(column.size(), 60);
        losses[cells[3] + "/" + cells[4]] << column.join(' ');
        accuracies << cells[3] + cells[4] + bytes_of(in("whole") + "/" + cells[0] + "/summary.json");
    }
    QCOMPARE(losses.size(), 4);
    for (const QList<QByteArray>& pair : losses) {
        QCOMPARE(pair.size(), 2);
        QCOMPARE(pair[0], pair[1]);
    }
    QCOMPARE(QSet<QByteArray>(losses.begin()->begin(), losses.begin()->end()).size(), 1);
    QVERIFY(losses.values()[0] != losses.values()[1]);  // while batch size and seed do change it
    QCOMPARE(accuracies.size(), 8);
}

void tst_SweepCommand::oneRunAtATimeByHash() {
    const QList<QByteArray> hashes = run_cli({"sweep", in("sweep.json"), "--list"}).output.trimmed().split('\n');
    QCOMPARE(hashes.size(), 8);
    for (const QByteArray& line : hashes) {
        const CliResult result = run_cli(sweep("by hash", {"--run", line.split('\t')[0]}));
        QVERIFY2(result.code == 0, result.errors);
    }
    QCOMPARE(run_cli(sweep("by hash", {"--collect"})).code, 0);
    QVERIFY(same_results(in("by hash"), in("whole")));
}

void tst_SweepCommand::listsRuns() {
    CliResult result = run_cli(sweep("whole", {"--list", "--json"}));
    QCOMPARE(result.code, 0);
    const QJsonObject first = json_of(result.output.split('\n').first());
    QCOMPARE(first["status"].toString(), "done");
    QCOMPARE(first["settings"].toObject()["model.norm.momentum"].toDouble(), 0.01);
    QVERIFY(first["values"].toObject()["eval_accuracy"].isDouble());
    QCOMPARE(run_cli(sweep("whole", {"--list", "--unfinished"})).output, QByteArray());
    QCOMPARE(run_cli(sweep("nothing", {"--list", "--unfinished"})).output.count('\n'), 8);
    QVERIFY(!QDir(in("nothing")).exists());
}

void tst_SweepCommand::finishedRunsAreNotTrainedAgain() {
    const QString run = in("whole") + "/" + QDir(in("whole")).entryList(QDir::Dirs | QDir::NoDotAndDotDot).first();
    const QByteArray before = bytes_of(run + "/summary.json");
    const CliResult result = run_cli(sweep("whole", {"--json"}));
    QCOMPARE(result.code, 0);
    QVERIFY(!result.output.contains("started"));
    QCOMPARE(bytes_of(run + "/summary.json"), before);  // its images_per_second included
    // More seeds are added to what is there.
    QByteArray more = eight_runs(60);
    QVERIFY(write_bytes(in("more.json"), more.replace("\"seed\": [1, 2]", "\"seed\": [1, 2, 3]")));
    const CliResult grown = run_cli({"sweep", in("more.json"), "--out", in("whole"), "--json"});
    QCOMPARE(grown.code, 0);
    QCOMPARE(grown.output.count("\"event\":\"started\""), 4);
    QCOMPARE(run_cli(sweep("whole", {"--collect"})).code, 0);
}

void tst_SweepCommand::failedAndDivergedRunsStopNothing() {
    // Batches of 1 leave a channel of the mlp with one value: refused while training. A learning rate of 1e6 diverges.
    QVERIFY(
        write_bytes(in("bad.json"), R"({"steps": 20, "base": {"model": {"name": "mlp"}, "record": {"eval_every": 0}},
        "runs": [{"label": "fails", "data.batch_size": 1}, {"label": "good"},
                 {"label": "diverges", "optimizer.lr": 1e6, "optimizer.weight_decay": 10, "data.batch_size": 32},
                 {"label": "cannot begin", "data.source": "folder:/nowhere"}, {"label": "also good", "seed": 2}]})"));
    const QStringList command{"sweep", in("bad.json"), "--out", in("bad"), "--jobs", "2"};
    const CliResult result = run_cli(command);
    QCOMPARE(result.code, 1);
    const QByteArray table = bytes_of(in("bad") + "/results.csv");
    const QList<QByteArray> lines = table.split('\n');
    QVERIFY2(lines[1].contains(",failed,fails,") && lines[1].contains("more than 1 value per channel"), table);
    QVERIFY2(lines[2].contains(",done,good,"), table);
    QVERIFY2(lines[3].contains(",diverged,diverges,") && lines[3].contains("not finite"), table);
    QVERIFY2(lines[4].contains(",failed,cannot begin,") && lines[4].contains("/nowhere"), table);
    QVERIFY2(lines[5].contains(",done,also good,"), table);
    QVERIFY2(result.errors.contains("failed (label = fails"), result.errors);
    // The same again tries what failed, and nothing else.
    const CliResult again = run_cli(command + QStringList{"--json"});
    QCOMPARE(again.code, 1);
    QCOMPARE(again.output.count("\"event\":\"started\""), 2);
    QCOMPARE(bytes_of(in("bad") + "/results.csv"), table);
}

void tst_SweepCommand::printsVerdicts() {
    QByteArray text = eight_runs(60);
    text.chop(1);
    QVERIFY(write_bytes(in("claims.json"), text.replace("\"seed\": [1, 2]", "\"seed\": [1, 2, 3]") + R"(, "claims": [
        {"claim": "Momentum changes no loss.", "quantity": "train_loss", "of": {"model.norm.momentum": 0.5},
         "minus": {"model.norm.momentum": 0.01}, "at_most": 0},
        {"claim": "More steps than there are.", "quantity": "steps", "of": {"data.batch_size": 4}, "at_least": 61}]})"));
    const CliResult result = run_cli({"sweep", in("claims.json"), "--out", in("claims"), "--json"});
    QVERIFY2(result.code == 0, result.errors);
    QList<QJsonObject> claims;
    QByteArray verdict;
    for (const QByteArray& line : result.output.split('\n')) {
        if (json_of(line)["event"] == "claim") claims << json_of(line);
        if (json_of(line)["event"] == "verdict") verdict = json_of(line)["verdict"].toString().toUtf8();
    }
    QCOMPARE(claims.size(), 2);
    QCOMPARE(claims[0]["verdict"].toString(), "reproduced");
    QCOMPARE(claims[0]["measured"].toDouble(), 0.0);
    QCOMPARE(claims[0]["numbers"].toArray().size(), 3);
    QCOMPARE(claims[1]["verdict"].toString(), "not reproduced");
    QCOMPARE(verdict, "not reproduced");
}

void tst_SweepCommand::refuses_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("expected");
    const QString file = in("sweep.json");
    QTest::newRow("no such file") << QStringList{"sweep", in("gone.json"), "--out", in("x")} << "gone.json";
    QTest::newRow("no folder") << QStringList{"sweep", file} << "--out is needed";
    QTest::newRow("no hash") << QStringList{"sweep", file, "--out", in("x"), "--run", "../etc"} << "no hash of a run";
    QTest::newRow("unknown hash") << QStringList{"sweep", file, "--out", in("x"), "--run", "0123456789abcdef"}
                                  << "no run";
    QTest::newRow("not a folder") << QStringList{"sweep", file, "--out", file} << "cannot be made";
    QTest::newRow("a picture") << QStringList{"sweep", in("picture.json"), "--out", in("x")} << "a PNG";
    QTest::newRow("jobs") << QStringList{"sweep", file, "--out", in("x"), "--jobs", "0"} << "--jobs";
    QTest::newRow("both") << QStringList{"sweep", file, "--out", in("x"), "--list", "--collect"} << "excludes";
}
void tst_SweepCommand::refuses() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, expected);
    QVERIFY(write_bytes(in("picture.json"), QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16)));
    const CliResult result = run_cli(arguments);
    QCOMPARE(result.code, 2);
    QVERIFY2(result.errors.contains(expected.toUtf8()), result.errors);
    QVERIFY(!QDir(in("x")).exists());
}

QTEST_GUILESS_MAIN(tst_SweepCommand)
#include "tst_SweepCommand.moc"
