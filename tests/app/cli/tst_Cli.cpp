// normscope-cli as scripts call it.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>

class tst_Cli : public QObject {
    Q_OBJECT

   private slots:
    void trainLeavesItsFiles();
    void historyDoesNotDependOnThreads();
    void fullDataPassesEightyFivePercent();
    void divergenceExitsOne();
    void interruptSavesAndExits130();
    void badInputExitsTwo_data();
    void badInputExitsTwo();
    void benchPrintsOneObject();
    void dataTellsWhatItHolds();
    void dataTellsWhatWasSkipped();

   private:
    struct Result {
        int code;
        QByteArray output;
        QByteArray errors;
    };
    static Result run(const QStringList& arguments) {
        QProcess process;
        process.start(NORMSCOPE_CLI, arguments);
        const bool ended = process.waitForFinished(300000);
        const int code = ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
        return {code, process.readAllStandardOutput(), process.readAllStandardError()};
    }
    static QByteArray read(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QString recipe(const QByteArray& text) const {
        QFile file(m_folder.filePath("recipe.json"));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) return {};
        file.write(text);
        return file.fileName();
    }
    QString out(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
};

void tst_Cli::trainLeavesItsFiles() {
    const Result result = run({"train", recipe(R"({"schema": 1, "seed": 18446744073709551615})"), "--out", out("a"),
                               "--steps", "30", "--set", "model.norm.momentum=0.02", "--json"});
    QVERIFY2(result.code == 0, result.errors);
    const QDir folder(out("a"));
    for (const char* name :
         {"recipe.json", "initial.safetensors", "final.safetensors", "history.csv", "summary.json"}) {
        QVERIFY2(folder.exists(name), name);
    }
    const QByteArray saved = read(folder.filePath("recipe.json"));
    QVERIFY(saved.contains("18446744073709551615"));
    QVERIFY(saved.contains("0.02"));
    const QList<QByteArray> rows = read(folder.filePath("history.csv")).trimmed().split('\n');
    QCOMPARE(rows.size(), 31);
    QVERIFY(rows[0].startsWith("step,data.batch_size,model.norm.momentum,"));
    const QJsonObject summary = QJsonDocument::fromJson(read(folder.filePath("summary.json"))).object();
    QCOMPARE(summary["steps"].toInt(), 30);
    QVERIFY(summary["eval_accuracy"].toDouble() > 0.3);
    QCOMPARE(summary["diverged"].toBool(), false);
    for (const char* key :
         {"epochs", "train_loss", "train_accuracy", "eval_accuracy_train_mode", "images_per_second"}) {
        QVERIFY2(summary.contains(key), key);
    }
    // Standard output holds one JSON object a line and nothing else.
    const QList<QByteArray> lines = result.output.trimmed().split('\n');
    QCOMPARE(lines.size(), 31);
    for (const QByteArray& line : lines) QVERIFY2(QJsonDocument::fromJson(line).isObject(), line);
    QVERIFY(read(folder.filePath("initial.safetensors")).contains("conv1.weight"));
    QVERIFY(read(folder.filePath("initial.safetensors")) != read(folder.filePath("final.safetensors")));
}

void tst_Cli::historyDoesNotDependOnThreads() {
    const QString file = recipe(R"({"schema": 1})");
    for (const char* threads : {"1", "2", "4"}) {
        const Result result = run({"train", file, "--out", out(threads), "--steps", "25", "--threads", threads});
        QVERIFY2(result.code == 0, result.errors);
    }
    const QByteArray one = read(out("1") + "/history.csv");
    QVERIFY(one.size() > 1000);
    QCOMPARE(read(out("2") + "/history.csv"), one);
    QCOMPARE(read(out("4") + "/history.csv"), one);
    QCOMPARE(read(out("4") + "/final.safetensors"), read(out("1") + "/final.safetensors"));
}

void tst_Cli::fullDataPassesEightyFivePercent() {
    if (!QFile::exists("/usr/share/datasets/fashion-mnist")) QSKIP("Debian's dataset-fashion-mnist is not installed");
    const Result result = run({"train", NORMSCOPE_SOURCE_DIR "/resources/recipes/fashion-mnist-full.json", "--out",
                               out("full"), "--epochs", "1", "--set", "record.eval_every=0"});
    QVERIFY2(result.code == 0, result.errors);
    const QJsonObject summary = QJsonDocument::fromJson(read(out("full") + "/summary.json")).object();
    QVERIFY2(summary["eval_accuracy"].toDouble() > 0.85, read(out("full") + "/summary.json"));
    QCOMPARE(summary["eval_images"].toInt(), 10000);
}

void tst_Cli::divergenceExitsOne() {
    const Result result =
        run({"train", recipe(R"({"schema": 1, "optimizer": {"lr": 1e6}})"), "--out", out("b"), "--steps", "50"});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.errors.contains("the first value that is not finite"), result.errors);
    QVERIFY(read(out("b") + "/summary.json").contains("\"diverged\": true"));
}

void tst_Cli::interruptSavesAndExits130() {
    QProcess process;
    process.start(NORMSCOPE_CLI,
                  {"train", recipe(R"({"schema": 1})"), "--out", out("c"), "--epochs", "100000", "--json"});
    QVERIFY(process.waitForReadyRead(60000));
    QVERIFY(::kill(static_cast<pid_t>(process.processId()), SIGINT) == 0);
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(QFile::exists(out("c") + "/final.safetensors"));
    QVERIFY(QFile::exists(out("c") + "/history.csv"));
}

void tst_Cli::badInputExitsTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const QString missing = "/nowhere/recipe.json";
    QTest::newRow("no command") << QStringList{} << QByteArray("subcommand");
    QTest::newRow("missing recipe") << QStringList{"train", missing, "--out", out("d")}
                                    << QByteArray("/nowhere/recipe.json");
    const QString good = NORMSCOPE_SOURCE_DIR "/resources/recipes/first-light.json";
    QTest::newRow("bad setting") << QStringList{"train", good, "--out", out("d"), "--set", "model.norm.momentum=7"}
                                 << QByteArray("between 0 and 1");
    QTest::newRow("unknown setting") << QStringList{"train", good, "--out", out("d"), "--set", "model.nrom.eps=1"}
                                     << QByteArray("model.nrom");
    QTest::newRow("missing images") << QStringList{"train",  good,    "--out",
                                                   out("d"), "--set", "data.source=idx:/nowhere/a,/nowhere/b"}
                                    << QByteArray("/nowhere/a");
    QTest::newRow("out is a file") << QStringList{"train", good, "--out", good} << QByteArray("folder");
    QTest::newRow("batch too large")
        << QStringList{"train",
                       good,
                       "--out",
                       out("d"),
                       "--steps",
                       "1",
                       "--set",
                       "data.source=idx:" NORMSCOPE_SOURCE_DIR
                       "/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz," NORMSCOPE_SOURCE_DIR
                       "/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz",
                       "--set",
                       "data.batch_size=4000"}
        << QByteArray("drop_last");
    QTest::newRow("unknown net") << QStringList{"bench", "--net", "huge28"} << QByteArray("huge");
    QTest::newRow("missing folder") << QStringList{"data", "folder:/nowhere/x"} << QByteArray("/nowhere/x");
    QTest::newRow("unknown data") << QStringList{"data", "nonsense"} << QByteArray("nonsense");
}

void tst_Cli::badInputExitsTwo() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const Result result = run(arguments);
    QVERIFY2(result.code == 2, result.errors);
    QVERIFY2(result.errors.contains(word), result.errors);
    QVERIFY(result.output.isEmpty());
}

void tst_Cli::benchPrintsOneObject() {
    const Result result =
        run({"bench", "--net", "simple32", "--batch", "8", "--threads", "2", "--seconds", "0", "--json"});
    QVERIFY2(result.code == 0, result.errors);
    const QJsonObject object = QJsonDocument::fromJson(result.output).object();
    QVERIFY(object["img_s"].toDouble() > 0);
    QCOMPARE(object["net"].toString(), "simple32");
}

void tst_Cli::dataTellsWhatItHolds() {
    const Result result = run({"data", "fashion-mnist", "--json"});
    QVERIFY2(result.code == 0, result.errors);
    const QJsonObject train = QJsonDocument::fromJson(result.output).object()["train"].toObject();
    QCOMPARE(train["images"].toInt(), 6000);
    QCOMPARE(train["classes"].toObject()["Sneaker"].toInt(), 600);
    QVERIFY(std::abs(train["mean"].toArray()[0].toDouble() - 0.2860) < 0.003);
    QVERIFY(std::abs(train["std"].toArray()[0].toDouble() - 0.3530) < 0.003);
}

void tst_Cli::dataTellsWhatWasSkipped() {
    const QTemporaryDir folder;
    const QDir root(folder.path());
    QVERIFY(root.mkpath("cat") && root.mkpath("dog"));
    const auto write = [&](const char* name, const QByteArray& bytes) {
        QFile file(root.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    };
    const QByteArray picture = "P5 8 8 255\n" + QByteArray(64, '\x33');
    write("cat/1.pgm", picture);
    write("dog/2.pgm", picture);
    write("dog/cut.pgm", picture.left(30));
    const QString spec = "folder:" + folder.path() + "?size=8&color=grey";
    const Result json = run({"data", spec, "--json"});
    QVERIFY2(json.code == 0, json.errors);
    const QJsonObject object = QJsonDocument::fromJson(json.output).object();
    QCOMPARE(object["train"].toObject()["images"].toInt(), 2);
    QVERIFY(std::abs(object["train"].toObject()["mean"].toArray()[0].toDouble() - 0.2) < 1e-6);
    QCOMPARE(object["skipped_count"].toInt(), 1);
    const QJsonObject skipped = object["skipped"].toArray()[0].toObject();
    QVERIFY(skipped["path"].toString().endsWith("dog/cut.pgm"));
    QVERIFY(skipped["reason"].toString().startsWith("it is cut"));
    const Result text = run({"data", spec});
    QVERIFY2(text.output.contains("skipped: 1 file"), text.output);
    QVERIFY2(text.output.contains("dog/cut.pgm: it is cut"), text.output);
    QVERIFY2(text.output.contains("mean by channel: 0.2000"), text.output);
}

QTEST_GUILESS_MAIN(tst_Cli)
#include "tst_Cli.moc"
