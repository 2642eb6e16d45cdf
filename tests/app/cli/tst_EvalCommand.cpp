// normscope-cli eval
#include "tests/app/cli/CliRun.h"

#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <vector>

using namespace normscope::testing;

class tst_EvalCommand : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void measuresWhatTrainMeasured();
    void trainModeUsesTheBatch();
    void writesLogits();
    void asksForARecipe();
    void warnsOfBadStatistics();
    void badInputExitsTwo_data();
    void badInputExitsTwo();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QString checkpoint() const { return in("run") + "/final.safetensors"; }
    CliResult eval(const QStringList& more) const {
        return run_cli(QStringList{"eval", checkpoint(), "--data", "fashion-mnist"} + more);
    }
    /// The checkpoint without its recipe, as PyTorch would save it, and with a NaN among its statistics if asked for.
    bool write_plain(const QString& path, bool damaged) const;

    QTemporaryDir m_folder;
};

void tst_EvalCommand::initTestCase() {
    QVERIFY(write_bytes(in("recipe.json"), R"({"schema": 1})"));
    const CliResult result = run_cli({"train", in("recipe.json"), "--out", in("run"), "--steps", "40"});
    QVERIFY2(result.code == 0, result.errors);
}

bool tst_EvalCommand::write_plain(const QString& path, bool damaged) const {
    const QByteArray bytes = bytes_of(checkpoint());
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    QJsonObject header = json_of(bytes.mid(8, static_cast<qsizetype>(length)));
    header.remove("__metadata__");
    const QByteArray text = QJsonDocument(header).toJson(QJsonDocument::Compact);
    QByteArray data = bytes.mid(8 + static_cast<qsizetype>(length));
    if (damaged) {
        const float nan = std::nanf("");
        const auto offset = header["bn1.running_mean"].toObject()["data_offsets"].toArray()[0].toInt();
        std::memcpy(data.data() + offset + 4 * 3, &nan, sizeof nan);
    }
    const auto size = static_cast<std::uint64_t>(text.size());
    return write_bytes(path, QByteArray(reinterpret_cast<const char*>(&size), sizeof size) + text + data);
}

void tst_EvalCommand::measuresWhatTrainMeasured() {
    const QJsonObject summary = json_of(bytes_of(in("run") + "/summary.json"));
    for (const char* batch : {"64", "1", "1000"}) {
        const CliResult result = eval({"--batch", batch, "--json"});
        QVERIFY2(result.code == 0, result.errors);
        QVERIFY(result.errors.isEmpty());
        const QJsonObject found = json_of(result.output);
        QCOMPARE(found["images"].toInt(), summary["eval_images"].toInt());
        QCOMPARE(found["accuracy"].toDouble(), summary["eval_accuracy"].toDouble());
        QVERIFY(std::abs(found["loss"].toDouble() - summary["eval_loss"].toDouble()) <
                (std::strcmp(batch, "64") == 0 ? 1e-12 : 1e-5));
        QCOMPARE(found["mode"].toString(), "eval");
    }
    const CliResult text = eval({});
    QVERIFY2(text.code == 0 && text.output.contains("1000 images in eval mode"), text.output);
    // The state of the run holds the same model.
    const CliResult resume = run_cli({"eval", in("run") + "/resume.safetensors", "--data", "fashion-mnist"});
    QCOMPARE(resume.output, text.output);
}

void tst_EvalCommand::trainModeUsesTheBatch() {
    const QJsonObject summary = json_of(bytes_of(in("run") + "/summary.json"));
    const QJsonObject found = json_of(eval({"--mode", "train", "--json"}).output);
    QCOMPARE(found["accuracy"].toDouble(), summary["eval_accuracy_train_mode"].toDouble());
    const QJsonObject other = json_of(eval({"--mode", "train", "--batch", "8", "--json"}).output);
    QVERIFY(other["loss"].toDouble() != found["loss"].toDouble());
}

void tst_EvalCommand::writesLogits() {
    const QString path = in("logits.npy");
    const QJsonObject found = json_of(eval({"--logits", path, "--json"}).output);
    const QByteArray bytes = bytes_of(path);
    QVERIFY(bytes.startsWith("\x93NUMPY"));
    QVERIFY(bytes.contains("'shape': (1000, 10), }"));
    QCOMPARE(bytes.size() % 64, 4 * 10 * 1000 % 64);
    std::vector<float> logits(10 * 1000);
    std::memcpy(logits.data(), bytes.data() + bytes.size() - 40000, 40000);
    for (const float value : logits) QVERIFY(std::isfinite(value));
    // Some class wins everywhere, and not always the same.
    std::set<std::ptrdiff_t> winners;
    for (int i = 0; i < 1000; ++i) {
        const auto* row = logits.data() + 10 * i;
        winners.insert(std::max_element(row, row + 10) - row);
    }
    QVERIFY(winners.size() >= 5);
    QVERIFY(found["accuracy"].toDouble() > 0.5);
}

void tst_EvalCommand::asksForARecipe() {
    const QString path = in("torch.safetensors");
    QVERIFY(write_plain(path, false));
    const CliResult refused = run_cli({"eval", path, "--data", "fashion-mnist", "--json"});
    QVERIFY2(refused.code == 2 && refused.errors.contains("--recipe"), refused.errors);
    const CliResult result =
        run_cli({"eval", path, "--data", "fashion-mnist", "--json", "--recipe", in("recipe.json")});
    QVERIFY2(result.code == 0, result.errors);
    QCOMPARE(result.output, eval({"--json"}).output);
}

void tst_EvalCommand::warnsOfBadStatistics() {
    const QString path = in("damaged.safetensors");
    QVERIFY(write_plain(path, true));
    const CliResult result =
        run_cli({"eval", path, "--data", "fashion-mnist", "--json", "--recipe", in("recipe.json")});
    QCOMPARE(result.code, 0);
    QVERIFY2(result.errors.contains("running_mean of layer 'bn1', channel 3, is not a number"), result.errors);
    QVERIFY(json_of(result.output)["images"].toInt() == 1000);
}

void tst_EvalCommand::badInputExitsTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const QString data = "fashion-mnist";
    QTest::newRow("missing") << QStringList{"eval", in("nothing"), "--data", data} << QByteArray("nothing");
    QTest::newRow("no data") << QStringList{"eval", checkpoint()} << QByteArray("--data");
    QTest::newRow("unknown data") << QStringList{"eval", checkpoint(), "--data", "fashion"} << QByteArray("fashion");
    QTest::newRow("not a checkpoint") << QStringList{"eval", in("recipe.json"), "--data", data}
                                      << QByteArray("recipe.json");
    QTest::newRow("mode") << QStringList{"eval", checkpoint(), "--data", data, "--mode", "both"} << QByteArray("both");
    QTest::newRow("logits nowhere") << QStringList{"eval", checkpoint(), "--data",
                                                   data,   "--logits",   "/nowhere/at/all.npy"}
                                    << QByteArray("/nowhere/at");
}

void tst_EvalCommand::badInputExitsTwo() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const CliResult result = run_cli(arguments);
    QVERIFY2(result.code == 2, result.errors);
    QVERIFY2(result.errors.contains(word), result.errors);
    QVERIFY(result.output.isEmpty());
}

QTEST_GUILESS_MAIN(tst_EvalCommand)
#include "tst_EvalCommand.moc"
