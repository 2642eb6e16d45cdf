// normscope-cli export
#include "tests/app/cli/CliRun.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

#include <cmath>
#include <cstring>
#include <functional>

using namespace normscope::testing;

class tst_ExportCommand : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void writesOnnx();
    void foldsOnRequest();
    void writesThePyTorchFolder();
    void needsNoData();
    void readsPyTorchsCheckpoints();
    void badInputExitsTwo_data();
    void badInputExitsTwo();
    void aDivergedNetworkIsRefused();

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QString checkpoint() const { return in("run") + "/final.safetensors"; }
    CliResult export_to(const QString& format, const QString& out, const QStringList& more = {}) const {
        return run_cli(QStringList{"export", checkpoint(), "--to", format, "--out", out} + more);
    }
    /// A copy of the checkpoint with another header, or with a NaN in its first value.
    bool rewrite(const QString& path, const std::function<void(QJsonObject&)>& change, bool damage = false) const;

    QTemporaryDir m_folder;
};

void tst_ExportCommand::initTestCase() {
    QVERIFY(write_bytes(in("recipe.json"), R"({"schema": 1, "model": {"widths": [4, 6]}})"));
    const CliResult result = run_cli({"train", in("recipe.json"), "--out", in("run"), "--steps", "8"});
    QVERIFY2(result.code == 0, result.errors);
}

bool tst_ExportCommand::rewrite(const QString& path, const std::function<void(QJsonObject&)>& change,
                                bool damage) const {
    const QByteArray bytes = bytes_of(checkpoint());
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    QJsonObject header = json_of(bytes.mid(8, static_cast<qsizetype>(length)));
    change(header);
    const QByteArray text = QJsonDocument(header).toJson(QJsonDocument::Compact);
    QByteArray data = bytes.mid(8 + static_cast<qsizetype>(length));
    const float nan = std::nanf("");
    const auto offset = header["conv1.weight"].toObject()["data_offsets"].toArray()[0].toInt();
    if (damage) std::memcpy(data.data() + offset, &nan, sizeof nan);
    const auto size = static_cast<std::uint64_t>(text.size());
    return write_bytes(path, QByteArray(reinterpret_cast<const char*>(&size), sizeof size) + text + data);
}

void tst_ExportCommand::writesOnnx() {
    const CliResult text = export_to("onnx", in("a file.onnx"));
    QVERIFY2(text.code == 0, text.errors);
    QVERIFY2(text.output.contains("passes ONNX's full check") && text.output.contains("7 images"), text.output);
    QVERIFY(text.errors.isEmpty());
    const CliResult result = export_to("onnx", in("a file.onnx"), {"--json"});
    const QJsonObject found = json_of(result.output);
    QCOMPARE(found["format"].toString(), "onnx");
    QCOMPARE(found["path"].toString(), in("a file.onnx"));
    QCOMPARE(found["bytes"].toInt(), QFileInfo(in("a file.onnx")).size());
    QCOMPARE(found["images"].toInt(), 7);
    QVERIFY(found["difference"].toDouble() < 1e-4);
    QVERIFY(found["folded"].toArray().isEmpty() && found["kept"].toArray().isEmpty());
    QCOMPARE(result.output.count('\n'), 1);
}

void tst_ExportCommand::foldsOnRequest() {
    const CliResult result = export_to("onnx", in("folded.onnx"), {"--fold-bn", "--json"});
    QCOMPARE(json_of(result.output)["folded"].toArray(), (QJsonArray{"bn1", "bn2"}));
    QVERIFY(!bytes_of(in("folded.onnx")).contains("BatchNormalization"));
    QVERIFY(bytes_of(in("a file.onnx")).contains("BatchNormalization"));
    const CliResult text = export_to("onnx", in("folded.onnx"), {"--fold-bn"});
    QVERIFY2(text.output.contains("'bn1' was folded into 'conv1'."), text.output);
}

void tst_ExportCommand::writesThePyTorchFolder() {
    for (int i = 0; i < 2; ++i) {
        const CliResult result = export_to("pytorch", in("torch"), {"--json"});
        QVERIFY2(result.code == 0, result.errors);
        QCOMPARE(json_of(result.output)["tensors"].toInt(), 16);
        QCOMPARE(QDir(in("torch")).entryList(QDir::Files),
                 (QStringList{"model.py", "recipe.json", "weights.safetensors"}));
    }
    QVERIFY(bytes_of(in("torch/model.py")).contains("\"Ankle boot\""));
    QCOMPARE(bytes_of(in("torch/recipe.json")), bytes_of(in("run/recipe.json")));
    QCOMPARE(bytes_of(in("torch/weights.safetensors")), bytes_of(checkpoint()));
    QVERIFY(write_bytes(in("torch/thesis.tex"), "mine"));
    const CliResult refused = export_to("pytorch", in("torch"));
    QVERIFY2(refused.code == 2 && refused.errors.contains("thesis.tex"), refused.errors);
    QCOMPARE(bytes_of(in("torch/thesis.tex")), "mine");
}

void tst_ExportCommand::needsNoData() {
    const QString path = in("lost.safetensors");
    QVERIFY(rewrite(path, [](QJsonObject& header) {
        QJsonObject metadata = header["__metadata__"].toObject();
        metadata["normscope.recipe"] =
            metadata["normscope.recipe"].toString().replace("\"fashion-mnist\"", "\"folder:/lost/photos\"");
        header["__metadata__"] = metadata;
    }));
    const CliResult torch = run_cli({"export", path, "--to", "pytorch", "--out", in("lost")});
    QVERIFY2(torch.code == 0, torch.errors);
    const CliResult onnx = run_cli({"export", path, "--to", "onnx", "--out", in("lost.onnx")});
    QVERIFY2(onnx.code == 2 && onnx.errors.contains("/lost/photos") && onnx.errors.contains("--data"), onnx.errors);
    const CliResult others =
        run_cli({"export", path, "--to", "onnx", "--out", in("lost.onnx"), "--data", "fashion-mnist"});
    QVERIFY2(others.code == 0, others.errors);
}

void tst_ExportCommand::readsPyTorchsCheckpoints() {
    const QString path = in("plain.safetensors");
    QVERIFY(rewrite(path, [](QJsonObject& header) { header.remove("__metadata__"); }));
    const CliResult refused = run_cli({"export", path, "--to", "pytorch", "--out", in("plain")});
    QVERIFY2(refused.code == 2 && refused.errors.contains("--recipe"), refused.errors);
    for (const char* format : {"onnx", "pytorch"}) {
        const CliResult result = run_cli(
            {"export", path, "--to", format, "--out", in(QString("plain.") + format), "--recipe", in("recipe.json")});
        QVERIFY2(result.code == 0, result.errors);
    }
    // The state of a run holds a model, too.
    const CliResult resume =
        run_cli({"export", in("run/resume.safetensors"), "--to", "onnx", "--out", in("resume.onnx")});
    QVERIFY2(resume.code == 0, resume.errors);
    QCOMPARE(bytes_of(in("resume.onnx")), bytes_of(in("a file.onnx")));
}

void tst_ExportCommand::badInputExitsTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("word");
    const auto row = [this](const char* name, const QStringList& more, const char* word) {
        QTest::newRow(name) << QStringList{"export", checkpoint()} + more << QByteArray(word);
    };
    row("no format", {"--out", in("x")}, "--to");
    row("another format", {"--to", "tflite", "--out", in("x")}, "tflite");
    row("no place", {"--to", "onnx"}, "--out");
    row("fold for PyTorch", {"--to", "pytorch", "--out", in("x"), "--fold-bn"}, "--fold-bn");
    row("no folder", {"--to", "onnx", "--out", "/nowhere/at/all.onnx"}, "/nowhere/at");
    row("a folder for a file", {"--to", "onnx", "--out", in("run")}, "run");
    row("a file for a folder", {"--to", "pytorch", "--out", in("recipe.json")}, "recipe.json");
    row("a folder of other things", {"--to", "pytorch", "--out", in("run")}, "not of an earlier export");
    row("unknown data", {"--to", "onnx", "--out", in("x"), "--data", "fashion"}, "fashion");
    row("images of another size", {"--to", "onnx", "--out", in("x"), "--data", "shapes:size=16"}, "16");
    QTest::newRow("missing") << QStringList{"export", in("none"), "--to", "onnx", "--out", in("x")}
                             << QByteArray("none");
    QTest::newRow("not a checkpoint") << QStringList{"export", in("recipe.json"), "--to", "onnx", "--out", in("x")}
                                      << QByteArray("recipe.json");
}

void tst_ExportCommand::badInputExitsTwo() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, word);
    const CliResult result = run_cli(arguments);
    QVERIFY2(result.code == 2, result.errors);
    QVERIFY2(result.errors.contains(word), result.errors);
    QVERIFY(result.output.isEmpty());
    QVERIFY(!QFileInfo::exists(in("x")));
}

void tst_ExportCommand::aDivergedNetworkIsRefused() {
    const QString path = in("nan.safetensors");
    QVERIFY(rewrite(
        path, [](QJsonObject&) {}, true));
    const CliResult onnx = run_cli({"export", path, "--to", "onnx", "--out", in("nan.onnx")});
    QVERIFY2(onnx.code == 2 && onnx.errors.contains("not finite"), onnx.errors);
    QVERIFY(!QFileInfo::exists(in("nan.onnx")));
    // PyTorch may look at it; the warning says what is wrong.
    const CliResult torch = run_cli({"export", path, "--to", "pytorch", "--out", in("nan")});
    QVERIFY2(torch.code == 0 && torch.errors.contains("'conv1'"), torch.errors);
}

QTEST_GUILESS_MAIN(tst_ExportCommand)
#include "tst_ExportCommand.moc"
