// ONNX files of every network and norm in onnxruntime-node, where npm can get it.
#include "app/exports/OnnxWriter.h"
#include "core/io/ReadFile.h"
#include "core/train/BatchLoader.h"
#include "tests/app/exports/ExportCases.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <numeric>

using namespace normscope;
using namespace normscope::exports;
using namespace normscope::testing;

namespace {

constexpr int whole_batch = 7;
constexpr const char* package = "onnxruntime-node";

bool write(const QString& path, const char* bytes, std::size_t size) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes, static_cast<qint64>(size)) == static_cast<qint64>(size);
}

/// (N, C, H, W)
std::vector<float> in_torch_order(const Tensor<float>& images) {
    const Shape& shape = images.shape();
    std::vector<float> values;
    for (std::int64_t n = 0; n < shape.n; ++n) {
        for (std::int64_t c = 0; c < shape.c; ++c) {
            for (std::int64_t i = 0; i < shape.h * shape.w; ++i) values.push_back(images.image(n)[i * shape.c + c]);
        }
    }
    return values;
}

struct Case {
    QString file;  ///< without an ending
    std::string name;
    std::vector<float> logits;  ///< of the engine
};

/// Writes one case; `index` names its files.
Case write_case(const NetworkCase& network, const NormCase& norm, bool fold, const QString& file) {
    ExportModel model = export_case(network, norm);
    ThreadPool pool(1);
    std::vector<std::int64_t> indices(whole_batch);
    std::iota(indices.begin(), indices.end(), 0);
    ImageBatch batch;
    load_batch(NoiseImages(whole_batch, network.height, network.width, export_channels), indices, model.recipe.data,
               pool, batch);
    const auto logits = model.network.forward(batch.images, {.pool = pool, .mode = nn::Mode::eval}).values();
    Case written{file, network.name + ", " + norm.name + (fold ? ", folded" : ""), {logits.begin(), logits.end()}};
    const auto pixels = in_torch_order(batch.images);
    if (fold) model.network = instruments::fold_batch_norm(model.network).network;
    const std::string bytes = onnx_bytes(model);
    if (!write(file + ".onnx", bytes.data(), bytes.size()) ||
        !write(file + ".f32", reinterpret_cast<const char*>(pixels.data()), pixels.size() * sizeof(float))) {
        throw std::runtime_error("cannot write " + file.toStdString());
    }
    return written;
}

/// Largest difference between the logits of onnxruntime for the first `batch` images and ours, against their scale.
double difference(const Case& of, int batch) {
    QFile file(of.file + QString(".%1.logits").arg(batch));
    const QByteArray bytes = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    const auto count = static_cast<std::size_t>(batch * export_classes);
    if (static_cast<std::size_t>(bytes.size()) != count * sizeof(float)) return INFINITY;
    std::vector<float> found(count);
    std::memcpy(found.data(), bytes.data(), count * sizeof(float));
    double largest = 0, scale = 0;
    for (const float value : of.logits) scale = std::max(scale, std::abs(static_cast<double>(value)));
    for (std::size_t i = 0; i < count; ++i) {
        const double distance = std::abs(static_cast<double>(found[i]) - of.logits[i]);
        if (!(distance <= largest)) largest = distance;
    }
    return largest / scale;
}

}  // namespace

class tst_OnnxRuntime : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase();
    void answersAsTheEngine();

   private:
    QString m_modules;  ///< a node_modules folder with the package
};

void tst_OnnxRuntime::initTestCase() {
    const QString node = QStandardPaths::findExecutable("node"), npm = QStandardPaths::findExecutable("npm");
    if (node.isEmpty()) QSKIP("node is not installed here");
    // NORMSCOPE_NODE_MODULES names one that is there already; else npm fills one in the build folder, once.
    m_modules = qEnvironmentVariable("NORMSCOPE_NODE_MODULES", NORMSCOPE_NODE_FOLDER "/node_modules");
    const QString manifest = m_modules + "/" + package + "/package.json";
    if (QFile::exists(manifest)) return;
    if (npm.isEmpty()) QSKIP("npm is not installed here");
    QVERIFY(QDir().mkpath(NORMSCOPE_NODE_FOLDER));
    QProcess install;
    // Without its install script, which would fetch what a CPU does not need.
    install.start(npm, {"install", "--prefix", NORMSCOPE_NODE_FOLDER, "--ignore-scripts", "--no-audit", "--no-fund",
                        "--fetch-retries", "1", QString(package) + "@1.30.0"});
    if (!install.waitForFinished(200'000) || install.exitCode() != 0 || !QFile::exists(manifest)) {
        install.kill();
        install.waitForFinished();
        QSKIP("npm cannot get onnxruntime-node here");
    }
}

void tst_OnnxRuntime::answersAsTheEngine() {
    const QTemporaryDir folder;
    std::vector<Case> cases;
    QJsonArray list;
    for (const auto& network : network_cases()) {
        for (const auto& norm : norm_cases()) {
            if (!can_be_built(network, norm)) continue;
            for (const bool fold : {false, true}) {
                const QString name = QString::number(cases.size());
                cases.push_back(write_case(network, norm, fold, folder.filePath(name)));
                const QJsonArray shape{qint64{export_channels}, qint64{network.height}, qint64{network.width}};
                list.append(QJsonObject{{"name", name}, {"shape", shape}, {"batches", QJsonArray{1, whole_batch}}});
            }
        }
    }
    const QByteArray json = QJsonDocument(list).toJson();
    QVERIFY(write(folder.filePath("cases.json"), json.data(), static_cast<std::size_t>(json.size())));
    QProcess node;
    node.start("node", {NORMSCOPE_SOURCE_DIR "/tests/app/exports/run_onnx.cjs", m_modules, folder.path()});
    QVERIFY(node.waitForFinished(250'000));
    QVERIFY2(node.exitCode() == 0, node.readAllStandardError());
    double largest = 0;
    for (const Case& of : cases) {
        for (const int batch : {1, whole_batch}) {
            const double found = difference(of, batch);
            QVERIFY2(found <= 1e-4,
                     qPrintable(QString("%1, batch of %2: %3").arg(of.name.c_str()).arg(batch).arg(found)));
            largest = std::max(largest, found);
        }
    }
    qInfo("onnxruntime-node %s: %zu files, largest difference %.1e of the logits' scale",
          node.readAllStandardOutput().trimmed().constData(), cases.size(), largest);
}

QTEST_GUILESS_MAIN(tst_OnnxRuntime)
#include "tst_OnnxRuntime.moc"
