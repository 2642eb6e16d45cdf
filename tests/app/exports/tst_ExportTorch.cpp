// PyTorch folders: what model.py says, how the folder is written, and where PyTorch is installed, what it computes.
#include "app/exports/ExportTorch.h"
#include "app/exports/TorchSource.h"
#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/BatchLoader.h"
#include "tests/app/exports/ExportCases.h"
#include "tests/core/io/ErrorText.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <set>

using namespace normscope;
using namespace normscope::exports;
using namespace normscope::testing;

namespace {

namespace fs = std::filesystem;

const NetworkCase& network_case(const std::string& name) {
    return *std::ranges::find(network_cases(), name, &NetworkCase::name);
}
const NormCase& norm_case(const std::string& name) {
    return *std::ranges::find(norm_cases(), name, &NormCase::name);
}
ExportModel some_model(const char* network = "resnet", const char* norm = "default") {
    return export_case(network_case(network), norm_case(norm));
}

std::string text_of(const fs::path& path) {
    const auto bytes = io::read_file(path, 1U << 24);
    return std::string(io::as_text(bytes));
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().native());
    return names;
}

/// (N, C, H, W)
std::vector<float> to_nchw(const Tensor<float>& images) {
    const Shape& shape = images.shape();
    std::vector<float> values;
    for (std::int64_t n = 0; n < shape.n; ++n) {
        for (std::int64_t c = 0; c < shape.c; ++c) {
            for (std::int64_t i = 0; i < shape.h * shape.w; ++i) values.push_back(images.image(n)[i * shape.c + c]);
        }
    }
    return values;
}

/// Without the care that a user's disk deserves.
void write_quickly(const fs::path& path, std::span<const std::byte> bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// The files of export_torch().
void write_folder_quickly(const ExportModel& model, const fs::path& folder) {
    fs::create_directory(folder);
    write_quickly(folder / "model.py", io::as_bytes(torch_source(model)));
    write_quickly(folder / "recipe.json", io::as_bytes(to_json(model.recipe)));
    write_quickly(folder / "weights.safetensors",
                  checkpoint_bytes(model.network, model.recipe, model.step, model.data));
}

/// Pixels (N, C, H, W), and the logits of the engine in eval mode.
void write_case(const ExportModel& model, const Dataset& images, const fs::path& path) {
    ThreadPool pool(1);
    std::vector<std::int64_t> indices(static_cast<std::size_t>(images.size()));
    std::iota(indices.begin(), indices.end(), 0);
    ImageBatch batch;
    DataRecipe raw = model.recipe.data;
    raw.mean.assign(raw.mean.size(), 0);
    raw.std.assign(raw.std.size(), 1);
    load_batch(images, indices, raw, pool, batch);
    const auto pixels = to_nchw(batch.images);
    load_batch(images, indices, model.recipe.data, pool, batch);
    auto network = model.network;
    const auto& logits = network.forward(batch.images, {.pool = pool, .mode = nn::Mode::eval});
    const Shape& shape = batch.images.shape();
    write_quickly(
        path,
        io::serialize(
            {{"pixels", io::TensorType::f32, {shape.n, shape.c, shape.h, shape.w}, std::as_bytes(std::span(pixels))},
             {"logits", io::TensorType::f32, {logits.shape().n, logits.shape().c}, std::as_bytes(logits.values())}}));
}

}  // namespace

class tst_ExportTorch : public QObject {
    Q_OBJECT

   private slots:
    void saysTheNetwork();
    void sharesClassesBetweenBlocks();
    void saysOddNames();
    void saysTextSafely();
    void refusesNamesOfModule();
    void writesTheFolder();
    void replacesOnlyAnEarlierExport_data();
    void replacesOnlyAnEarlierExport();
    void refusesBadPlaces();
    void canBeCancelled();
    void computesTheSameInPyTorch();

   private:
    fs::path in(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }
    QTemporaryDir m_folder;
};

void tst_ExportTorch::saysTheNetwork() {
    const std::string source = torch_source(some_model("simple", "large eps"));
    for (const char* line : {
             "The network simple after 12 training steps, exported by NormScope",
             "MEAN = [0.3, 0.4]\nSTD = [0.25, 0.3]\nINPUT_SIZE = (2, 12, 12)  # channels, height, width\n",
             "class SimpleNetwork(nn.Module):\n    def __init__(self):\n        super().__init__()\n",
             "        self.conv1 = nn.Conv2d(2, 4, kernel_size=3, padding=1)\n"
             "        self.bn1 = nn.BatchNorm2d(4, eps=0.03, momentum=0.3)\n"
             "        self.relu1 = nn.ReLU()\n        self.pool1 = nn.MaxPool2d(2)\n",
             "        x = self.pool1(self.relu1(self.bn1(self.conv1(x))))\n",
             "        x = self.flatten(x)\n        return self.linear(x)\n",
         }) {
        QVERIFY2(source.find(line) != source.npos, source.c_str());
    }
    const auto has = [](const char* network, const char* norm, const char* text) {
        const std::string of_norm = torch_source(some_model(network, norm));
        return of_norm.find(text) != of_norm.npos;
    };
    QVERIFY(has("mlp", "default", "self.bn1 = nn.BatchNorm1d(16, eps=1e-05, momentum=0.1)"));
    QVERIFY(has("simple", "cumulative", "momentum=None)"));
    QVERIFY(has("simple", "not affine", "nn.BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=False)"));
    QVERIFY(has("simple", "frozen", "momentum=0.1)  # frozen in training\n"));
    QVERIFY(has("simple", "frozen affine", "momentum=0.1).requires_grad_(False)\n"));
    QVERIFY(has("simple", "ghost batches", "momentum=0.1)  # 2 ghost batches in training\n"));
    QVERIFY(has("simple", "noise", "self.noise1 = nn.Identity()  # noise, in training only"));
    QVERIFY(has("simple", "group", "self.norm1 = nn.GroupNorm(2, 4, eps=1e-05)"));
    QVERIFY(has("simple", "layer", "self.norm1 = nn.GroupNorm(1, 4, eps=1e-05)"));
    QVERIFY(has("mlp", "layer", "self.norm1 = nn.LayerNorm(16, eps=1e-05)"));
    QVERIFY(has("simple", "instance", "nn.InstanceNorm2d(4, eps=1e-05, momentum=0.1, affine=True)"));
    QVERIFY(has("simple", "leaky", "nn.LeakyReLU(negative_slope=0.01)"));
}

void tst_ExportTorch::sharesClassesBetweenBlocks() {
    const std::string source = torch_source(some_model("resnet, three blocks a stage"));
    for (const char* text : {
             "class IdentityBlock(nn.Module):",
             "    def __init__(self, channels):\n",
             "        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)\n",
             "        return self.relu2(y + x)\n",
             "class ProjectionBlock(nn.Module):",
             "        return self.relu2(y + self.downsample(x))\n",
             "        self.layer1 = nn.Sequential(\n            IdentityBlock(4),\n            IdentityBlock(4),\n"
             "            IdentityBlock(4),\n        )\n",
             "        self.layer2 = nn.Sequential(\n            ProjectionBlock(),\n            IdentityBlock(6),\n",
         }) {
        QVERIFY2(source.find(text) != source.npos, source.c_str());
    }
    const std::string two = torch_source(some_model("resnet"));
    QVERIFY2(two.find("def __init__(self, in_channels, out_channels):") != two.npos, two.c_str());
    QVERIFY(two.find("self.layer3 = ProjectionBlock(6, 8)") != two.npos);
}

void tst_ExportTorch::saysOddNames() {
    const std::string source = torch_source(some_model("custom"));
    for (const char* text : {"self.add_module(\"class\", nn.BatchNorm2d(", "getattr(self, \"class\")(",
                             "self.add_module(\"__first\", nn.Conv2d(", "from collections import OrderedDict\n",
                             "(\"conv1\", nn.Conv2d(4, 4, kernel_size=5, padding=2, bias=False)),\n",
                             "self.inner = IdentityBlock()", "nn.AvgPool2d(3, stride=2, padding=1)"}) {
        QVERIFY2(source.find(text) != source.npos, source.c_str());
    }
}

void tst_ExportTorch::saysTextSafely() {
    auto model = some_model("simple");
    model.data.name = "\"\"\" + exit() #\n\\";
    model.data.class_names = {"a\"b", "c\\", "\xF0\x9F\x90\x88", "\xff", "line\nbreak"};
    const std::string source = torch_source(model);
    QVERIFY2(source.find(R"(DATA = "\"\"\" + exit() #\n\\")") != source.npos, source.c_str());
    QVERIFY(source.find("    \"a\\\"b\",\n    \"c\\\\\",\n    \"\xF0\x9F\x90\x88\",\n    \"\xef\xbf\xbd\",\n"
                        "    \"line\\nbreak\",\n]\n") != source.npos);
}

void tst_ExportTorch::refusesNamesOfModule() {
    const NormCase plain = norm_case("default");
    const auto refusal = [&](const char* name, bool in_block) {
        const NetworkCase network{"", [=](ModelRecipe& model) {
                                      model.name = "custom";
                                      LayerRecipe conv;
                                      conv.layer = "Conv2d";
                                      conv.name = name;
                                      conv.out_channels = 2;
                                      conv.kernel_size = 1;
                                      LayerRecipe shortcut = conv, block, flatten, linear;
                                      shortcut.name.clear();
                                      block.layer = "Residual";
                                      block.layers = {conv};
                                      block.shortcut = {shortcut};
                                      flatten.layer = "Flatten";
                                      linear.layer = "Linear";
                                      model.layers = {in_block ? block : conv, flatten, linear};
                                  }};
        return error_text([&] { torch_source(export_case(network, plain)); });
    };
    for (const char* name : {"train", "forward", "parameters", "type", "__init__", "xpu"}) {
        const std::string text = refusal(name, false);
        QVERIFY2(text.find("'" + std::string(name) + "'") != text.npos, text.c_str());
    }
    QVERIFY(refusal("downsample", true).find("'downsample'") != std::string::npos);
    QCOMPARE(refusal("downsample", false), "");
    QCOMPARE(refusal("lambda", true), "");
}

void tst_ExportTorch::writesTheFolder() {
    const auto model = some_model();
    std::vector<double> shares;
    const auto report = export_torch(model, in("resnet"), {{}, [&](double share) { shares.push_back(share); }});
    QCOMPARE(shares.back(), 1.0);
    QVERIFY(names_in(in("resnet")) == (std::set<std::string>{"model.py", "recipe.json", "weights.safetensors"}));
    QCOMPARE(text_of(in("resnet") / "model.py"), torch_source(model));
    QCOMPARE(text_of(in("resnet") / "recipe.json"), to_json(model.recipe));
    const auto state = load_model_state(in("resnet") / "weights.safetensors");
    QCOMPARE(state.tensors.size(), static_cast<std::size_t>(report.tensors));
    QVERIFY(state.data == model.data);
    QCOMPARE(state.step->value, 12);
    std::vector<std::string> notes;
    const auto back = export_model_of(state, *state.recipe, *state.data, notes);
    QVERIFY(notes.empty());
    QVERIFY(std::ranges::equal(back.network.parameters().values(), model.network.parameters().values()));
    // An earlier export is replaced, whatever Python left in it.
    fs::create_directory(in("resnet") / "__pycache__");
    io::write_file(in("resnet") / "__pycache__" / "model.cpython-311.pyc", "x");
    fs::create_directory_symlink(in("resnet"), in("link"));
    export_torch(some_model("simple"), in("link"));
    QVERIFY(fs::is_symlink(in("link")));
    QCOMPARE(names_in(in("resnet")).size(), 3U);
    QCOMPARE(text_of(in("resnet") / "model.py"), torch_source(some_model("simple")));
    QVERIFY(names_in(m_folder.path().toStdString()) == (std::set<std::string>{"link", "resnet"}));
    // An empty folder is taken.
    fs::create_directory(in("empty"));
    export_torch(model, in("empty/"));
    QCOMPARE(names_in(in("empty")).size(), 3U);
}

void tst_ExportTorch::replacesOnlyAnEarlierExport_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("what");
    QTest::newRow("another file") << "notes.txt"
                                  << "notes.txt";
    QTest::newRow("hidden file") << ".git"
                                 << ".git";
    QTest::newRow("a folder") << "plots/a.png"
                              << "plots";
    QTest::newRow("more than bytecode") << "__pycache__/diary.txt"
                                        << "__pycache__";
    QTest::newRow("another model.py") << "model.py"
                                      << "model.py";
}

void tst_ExportTorch::replacesOnlyAnEarlierExport() {
    QFETCH(QString, file);
    QFETCH(QString, what);
    const QTemporaryDir folder;
    const fs::path target = fs::path(folder.path().toStdString()) / "export";
    export_torch(some_model("simple"), target);
    const fs::path path = target / file.toStdString();
    fs::create_directories(path.parent_path());
    io::write_file(path, "mine");
    const auto before = names_in(target);
    const auto text = error_text([&] { export_torch(some_model(), target); });
    QVERIFY2(text.find(what.toStdString()) != text.npos, text.c_str());
    QVERIFY(names_in(target) == before);
    QCOMPARE(text_of(path), "mine");
    QCOMPARE(names_in(folder.path().toStdString()).size(), 1U);
}

void tst_ExportTorch::refusesBadPlaces() {
    const auto refusal = [](const fs::path& path) { return error_text([&] { export_torch(some_model(), path); }); };
    io::write_file(in("file"), "mine");
    QVERIFY(refusal(in("file")).find("no folder") != std::string::npos);
    QCOMPARE(text_of(in("file")), "mine");
    QVERIFY(refusal(in("missing/folder")).find("does not exist") != std::string::npos);
    QVERIFY(!refusal("").empty());
    QVERIFY(!refusal("/").empty());
    fs::create_symlink(in("nowhere"), in("dangling"));
    QVERIFY(!refusal(in("dangling")).empty());
}

void tst_ExportTorch::canBeCancelled() {
    for (const double at : {0.0, 0.3}) {
        std::stop_source stop;
        const instruments::Watch watch{stop.get_token(), [&](double share) {
                                           if (share >= at) stop.request_stop();
                                       }};
        QVERIFY_THROWS_EXCEPTION(instruments::Cancelled, export_torch(some_model(), in("cancelled"), watch));
        QVERIFY(!fs::exists(in("cancelled")));
    }
}

void tst_ExportTorch::computesTheSameInPyTorch() {
    QProcess python;
    python.start("/usr/bin/python3", {"-c", "import torch, numpy"});
    if (!python.waitForFinished(60'000) || python.exitCode() != 0) QSKIP("PyTorch is not installed here");
    const QTemporaryDir folder;
    const fs::path root = folder.path().toStdString();
    auto norms = norm_cases();
    norms.push_back({"not tracking", [](ModelRecipe& m) { m.norm.track_running_stats = false; }});
    std::map<std::string, std::vector<std::byte>> checkpoints;
    for (const auto& network : network_cases()) {
        for (const auto& norm : norms) {
            if (!can_be_built(network, norm)) continue;
            const std::string name = network.name + ", " + norm.name;
            const ExportModel model = export_case(network, norm, checkpoints.size() + 1);
            write_folder_quickly(model, root / name);
            write_case(model, NoiseImages(7, network.height, network.width, export_channels),
                       root / (name + ".safetensors"));
            std::string names;
            for (const auto& tensor : model.network.state()) names += (names.empty() ? "" : "\n") + tensor.name;
            write_quickly(root / (name + ".names"), io::as_bytes(names));
            checkpoints[name] = io::serialize(tensor_entries(model.network.state()));
        }
    }
    python.start("/usr/bin/python3", {NORMSCOPE_SOURCE_DIR "/tests/app/exports/check_torch_exports.py", folder.path()});
    QVERIFY(python.waitForFinished(300'000));
    QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
    qInfo("%zu folders; largest difference of logits: %s", checkpoints.size(),
          python.readAllStandardOutput().trimmed().constData());
    // What PyTorch saved is what we wrote, bit for bit.
    for (const auto& [name, bytes] : checkpoints) {
        const auto back = load_model_state(root / (name + ".back.safetensors"));
        const auto ours = parse_model_state(bytes, name);
        QCOMPARE(back.tensors.size(), ours.tensors.size());
        for (const auto& tensor : ours.tensors) {
            const auto found = std::ranges::find(back.tensors, tensor.name, &nn::StateTensor<float>::name);
            QVERIFY(found != back.tensors.end());
            QCOMPARE(found->dims, tensor.dims);
            QCOMPARE(found->count, tensor.count);
            QCOMPARE(found->values.size(), tensor.values.size());
            QVERIFY(
                std::ranges::equal(std::as_bytes(std::span(found->values)), std::as_bytes(std::span(tensor.values))));
        }
    }
}

QTEST_APPLESS_MAIN(tst_ExportTorch)
#include "tst_ExportTorch.moc"
