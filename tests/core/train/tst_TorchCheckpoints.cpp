// Checkpoints of every network and norm option in PyTorch, and PyTorch's here, where it is installed.
#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "core/nn/Models.h"
#include "core/random/RandomStream.h"
#include "core/train/Checkpoint.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <functional>

using namespace normscope;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t side = 12, channels = 2, classes = 5, images = 7;

struct NetworkCase {
    const char* name;
    std::vector<std::int64_t> widths;
};
const std::vector<NetworkCase> networks{
    {"simple", {4, 6}},        {"vgg", {4, 6}}, {"resnet", {4, 6, 8}}, {"variable-input", {4, 6}},
    {"image-classifier", {6}}, {"mlp", {16}},   {"plain", {4}}};

struct NormCase {
    const char* name;
    std::function<void(NormRecipe&)> change;
};
const std::vector<NormCase> norms{
    {"batch", [](NormRecipe&) {}},
    {"cumulative", [](NormRecipe& n) { n.momentum = std::nullopt; }},
    {"not affine", [](NormRecipe& n) { n.affine = false; }},
    {"not tracking", [](NormRecipe& n) { n.track_running_stats = false; }},
    {"ghost", [](NormRecipe& n) { n.ghost_batches = 2; }},
    {"none", [](NormRecipe& n) { n.type = "none"; }},
    {"layer", [](NormRecipe& n) { n.type = "layer"; }},
    {"instance", [](NormRecipe& n) { n.type = "instance"; }},
    {"group", [](NormRecipe& n) { n.type = "group"; }},
};

struct Case {
    Recipe recipe;
    nn::Network<float> network;
};

Case make_case(const NetworkCase& network, const NormCase& norm) {
    Recipe recipe;
    recipe.data.mean = {0.5, 0.5};
    recipe.data.std = {0.25, 0.25};
    recipe.model.name = network.name;
    recipe.model.widths = network.widths;
    recipe.model.norm.groups = 2;
    norm.change(recipe.model.norm);
    auto built = nn::make_network<float>(recipe.model, {0, side, side, channels}, classes);
    built.reset(5);
    auto state = built.state();
    for (auto& tensor : state) {
        if (tensor.is_count) tensor.count = 41;
        RandomStream random(7, tensor.name);
        const bool is_vector = tensor.dims.size() == 1;  // γ, β, statistics, biases
        for (float& value : tensor.values) {
            if (is_vector) value = random.uniform() + (tensor.name.ends_with("bias") ? -0.5F : 0.4F);
        }
    }
    built.load_state(state);
    return {std::move(recipe), std::move(built)};
}

Tensor<float> make_images() {
    Tensor<float> batch({images, side, side, channels});
    RandomStream random(11, "images");
    for (float& value : batch.values()) value = 4 * random.uniform() - 2;
    return batch;
}

std::vector<float> logits_of(nn::Network<float>& network) {
    ThreadPool pool(1);
    const auto batch = make_images();
    const auto values = network.forward(batch, {.pool = pool, .mode = nn::Mode::eval}).values();
    return {values.begin(), values.end()};
}

std::vector<float> in_torch_order(const Tensor<float>& batch) {
    std::vector<float> values;
    for (std::int64_t n = 0; n < images; ++n) {
        for (std::int64_t c = 0; c < channels; ++c) {
            for (std::int64_t i = 0; i < side * side; ++i) values.push_back(batch.image(n)[i * channels + c]);
        }
    }
    return values;
}

void write_case(Case& of, const fs::path& folder) {
    fs::create_directory(folder);
    DataDescription data{"noise", side, side, channels, std::vector<std::string>(classes, "a class")};
    io::write_file(folder / "ours.safetensors", checkpoint_bytes(of.network, of.recipe, StepIndex{3}, data));
    const auto pixels = in_torch_order(make_images()), logits = logits_of(of.network);
    const std::vector<io::TensorEntry> entries{
        {"images", io::TensorType::f32, {images, channels, side, side}, std::as_bytes(std::span(pixels))},
        {"logits", io::TensorType::f32, {images, classes}, std::as_bytes(std::span(logits))}};
    io::write_file(folder / "images.safetensors", io::serialize(entries));
}

/// Largest difference of the engine's logits with PyTorch's state from PyTorch's own, against their scale.
double difference_with_theirs(Case& of, const fs::path& folder) {
    const auto notes = apply_model_state(load_model_state(folder / "theirs.safetensors"), of.network);
    if (!notes.empty()) throw std::runtime_error(notes.front());
    const auto expected = load_model_state(folder / "their_logits.safetensors").tensors.at(0).values;
    const auto found = logits_of(of.network);
    double largest = expected.size() == found.size() ? 0 : INFINITY, scale = 1;
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(found[i]) - expected[i]));
        scale = std::max(scale, std::abs(static_cast<double>(expected[i])));
    }
    return largest / scale;
}

}  // namespace

class tst_TorchCheckpoints : public QObject {
    Q_OBJECT

   private slots:
    void areExchangedWithPyTorch() {
        QProcess python;
        python.start("/usr/bin/python3", {"-c", "import torch, numpy"});
        if (!python.waitForFinished(60'000) || python.exitCode() != 0) QSKIP("PyTorch is not installed here");
        const QTemporaryDir folder;
        std::vector<std::pair<Case, fs::path>> cases;
        for (const auto& network : networks) {
            for (const auto& norm : norms) {
                const bool is_on_vectors = std::string(network.name) == "mlp" && std::string(norm.name) == "instance";
                if (is_on_vectors) continue;
                const auto path = fs::path(folder.path().toStdString()) / (std::string(network.name) + " " + norm.name);
                cases.emplace_back(make_case(network, norm), path);
                write_case(cases.back().first, path);
            }
        }
        python.start("/usr/bin/python3", {NORMSCOPE_FIXTURES "/check_checkpoints.py", folder.path()});
        QVERIFY(python.waitForFinished(300'000));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
        double largest = 0;
        for (auto& [of, path] : cases) {
            const double difference = difference_with_theirs(of, path);
            QVERIFY2(difference <= 1e-5, path.c_str());
            largest = std::max(largest, difference);
        }
        qInfo("ours in PyTorch: %s; PyTorch's here: %.1e", python.readAllStandardOutput().trimmed().constData(),
              largest);
    }
};

QTEST_APPLESS_MAIN(tst_TorchCheckpoints)
#include "tst_TorchCheckpoints.moc"
