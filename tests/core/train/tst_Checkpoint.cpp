#include "core/Version.h"
#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace normscope;
using namespace normscope::testing;

namespace {

/// A state as a file of its own, changed before it is written.
std::vector<std::byte> file_of(const std::vector<nn::StateTensor<float>>& state) {
    return io::serialize(tensor_entries(state));
}

std::vector<nn::StateTensor<float>> trained_state() {
    PlainRun run({synthetic_recipe(), synthetic_split()});
    return run.take_steps(3).experiment().network().state();
}

nn::StateTensor<float>& tensor_of(std::vector<nn::StateTensor<float>>& state, const std::string& name) {
    return *std::ranges::find(state, name, &nn::StateTensor<float>::name);
}

nn::Network<float> fresh_network() {
    return Experiment(synthetic_recipe(), synthetic_split()).network();
}

}  // namespace

class tst_Checkpoint : public QObject {
    Q_OBJECT

   private slots:
    void writesTheStateWithPyTorchsNames() {
        PlainRun run({synthetic_recipe(), synthetic_split()});
        const auto state = run.take_steps(3).experiment().network().state();
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "model.safetensors";
        save_checkpoint(run.experiment(), path);

        const auto bytes = io::read_file(path, 1U << 20);
        const auto content = io::parse_safetensors(bytes, path.native());
        QCOMPARE(content.tensors.size(), state.size());
        for (const auto& tensor : state) {
            const auto found = std::ranges::find(content.tensors, tensor.name, &io::TensorEntry::name);
            QVERIFY(found != content.tensors.end());
            QCOMPARE(found->dims, tensor.dims);
            const void* expected = tensor.is_count ? static_cast<const void*>(&tensor.count) : tensor.values.data();
            QCOMPARE(found->bytes.size(), tensor.is_count ? 8 : 4 * tensor.values.size());
            QVERIFY(std::memcmp(found->bytes.data(), expected, found->bytes.size()) == 0);
        }
        QCOMPARE(content.metadata.at("format"), "pt");
        QCOMPARE(content.metadata.at("normscope.step"), "3");
        QCOMPARE(content.metadata.at("normscope.recipe"), to_json(run.experiment().recipe()));
        QCOMPARE(content.metadata.at("normscope.version"), version());
    }

    void loadsWhatItSaved() {
        PlainRun run({synthetic_recipe(), synthetic_split()});
        run.take_steps(3);
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "model.safetensors";
        save_checkpoint(run.experiment(), path);
        const auto state = load_model_state(path);
        QCOMPARE(state.step->value, 3);
        QCOMPARE(to_json(*state.recipe), to_json(run.experiment().recipe()));
        QVERIFY(state.data == describe(*run.experiment().data().train));
        auto network = fresh_network();
        QVERIFY(apply_model_state(state, network).empty());
        QVERIFY(file_of(network.state()) == file_of(run.experiment().network().state()));
    }

    void roundsDoubles() {
        auto state = trained_state();
        auto network = fresh_network();
        std::vector<double> doubles;
        for (const float value : tensor_of(state, "bn1.weight").values) doubles.push_back(value + 1e-12);
        auto entries = tensor_entries(state);
        auto& entry = *std::ranges::find(entries, "bn1.weight", &io::TensorEntry::name);
        entry.type = io::TensorType::f64;
        entry.bytes = std::as_bytes(std::span(doubles));
        const auto bytes = io::serialize(entries);
        QVERIFY(apply_model_state(parse_model_state(bytes, "m"), network).empty());
        QVERIFY(file_of(network.state()) == file_of(state));
    }

    void listsWhatDoesNotFit() {
        auto state = trained_state();
        tensor_of(state, "bn1.bias").name = "bn7.bias";
        auto& weight = tensor_of(state, "conv1.weight");
        weight.dims = {weight.dims[0] * weight.dims[1], 1, weight.dims[2], weight.dims[3]};
        std::swap(weight.dims[0], weight.dims[2]);
        auto network = fresh_network();
        const auto before = file_of(network.state());
        const auto bytes = file_of(state);
        const auto text = error_text([&] { apply_model_state(parse_model_state(bytes, "m.safetensors"), network); });
        for (const char* part :
             {"\"m.safetensors\"", "missing 'bn1.bias'", "unexpected 'bn7.bias'", "'conv1.weight' has another shape"})
            QVERIFY2(text.find(part) != text.npos, text.c_str());
        QVERIFY(file_of(network.state()) == before);
    }

    void loadsBadStatisticsWithWarnings() {
        auto state = trained_state();
        std::erase_if(state, [](const auto& tensor) { return tensor.name == "bn2.num_batches_tracked"; });
        tensor_of(state, "bn1.running_mean").values[3] = std::nanf("");
        tensor_of(state, "bn1.running_mean").values[0] = -1;  // no fault
        tensor_of(state, "bn2.running_var").values[5] = -2;
        tensor_of(state, "bn2.running_var").values[7] = -1;
        std::ranges::fill(tensor_of(state, "bn1.running_var").values, INFINITY);
        tensor_of(state, "conv2.weight").values[1] = INFINITY;
        auto network = fresh_network();
        const auto bytes = file_of(state);
        const auto notes = apply_model_state(parse_model_state(bytes, "m"), network);
        const std::vector<std::string> expected{
            "'bn2.num_batches_tracked' is not in the file and counts as 0.",
            "running_mean of layer 'bn1', channel 3, is not a number (NaN).",
            "running_var of layer 'bn1', channels 0, 1, 2, 3, 4, 5, 6, 7 and 8 more, is infinite.",
            "weight of layer 'conv2', channel 0, is infinite.",
            "running_var of layer 'bn2', channels 5, 7, is negative."};
        QVERIFY(notes == expected);
        QVERIFY(std::isnan(tensor_of(state = network.state(), "bn1.running_mean").values[3]));
    }

    void refusesOtherFiles() {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "model.pt";
        io::write_file(path, "PK\003\004 and so on");
        QVERIFY(error_text([&] { load_model_state(path); }).find("model.pt") != std::string::npos);
        QVERIFY(!error_text([&] { load_model_state(path.native() + "x"); }).empty());
        const auto bad_recipe = io::serialize({}, {{"normscope.recipe", "{"}});
        QVERIFY(error_text([&] { parse_model_state(bad_recipe, "m"); }).find("m, recipe in the metadata") == 0);
        const auto bad_data = io::serialize({}, {{"normscope.data", "{}"}});
        QVERIFY(error_text([&] { parse_model_state(bad_data, "m"); }).find("m, normscope.data") == 0);
        const auto bad_step = io::serialize({}, {{"normscope.step", "-1"}});
        QVERIFY(!error_text([&] { parse_model_state(bad_step, "m"); }).empty());
    }
};

QTEST_APPLESS_MAIN(tst_Checkpoint)
#include "tst_Checkpoint.moc"
