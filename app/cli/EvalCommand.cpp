#include "app/cli/EvalCommand.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/Npy.h"
#include "core/nn/CrossEntropy.h"
#include "core/nn/Models.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/BatchLoader.h"
#include "core/train/Checkpoint.h"
#include "datasets/DataSpec.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace normscope::cli {
namespace {

struct Options {
    std::filesystem::path checkpoint;
    std::filesystem::path recipe;
    std::filesystem::path logits;
    std::string data;
    std::string mode = "eval";
    std::int64_t batch = 0;  ///< 0: the recipe's
    int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    bool json = false;
};

struct Measured {
    double loss = 0;
    std::int64_t correct = 0;
    std::vector<float> logits;  ///< (images, classes)
};

Recipe recipe_of(const Options& options, const ModelState& state) {
    if (!options.recipe.empty()) return load_recipe(options.recipe);
    if (state.recipe) return *state.recipe;
    throw InputError(io::in_quotes(state.file_name) +
                     " does not say which network it belongs to: give its recipe with --recipe FILE.");
}

nn::Network<float> network_for(const Recipe& recipe, const Dataset& data) {
    const auto channels = static_cast<std::size_t>(data.channels());
    if (recipe.data.mean.size() != channels || recipe.data.std.size() != channels) {
        throw InputError("--data: the images have " + std::to_string(channels) +
                         " channels, and the recipe's data.normalize is for " +
                         std::to_string(recipe.data.mean.size()) + ".");
    }
    return nn::make_network<float>(recipe.model, {0, data.height(), data.width(), data.channels()},
                                   static_cast<std::int64_t>(data.class_names().size()));
}

/// All images in stored order. Running statistics stay as they are in both modes.
Measured measure(nn::Network<float>& network, const Dataset& data, const DataRecipe& recipe, const Options& options) {
    ThreadPool pool(options.threads);
    const FlushDenormals flush;
    const nn::Mode mode = options.mode == "train" ? nn::Mode::train : nn::Mode::eval;
    const std::int64_t batch_size = options.batch > 0 ? options.batch : recipe.batch_size;
    Measured measured;
    ImageBatch batch;
    std::vector<std::int64_t> indices;
    for (std::int64_t begin = 0; begin < data.size(); begin += batch_size) {
        indices.resize(static_cast<std::size_t>(std::min(batch_size, data.size() - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        load_batch(data, indices, recipe, pool, batch);
        const Tensor<float>& logits = network.forward(batch.images, {pool, mode, /*update_buffers=*/false});
        const auto found = nn::cross_entropy<float>(logits, batch.labels, nullptr);
        measured.loss += found.loss * static_cast<double>(indices.size());
        measured.correct += found.correct;
        measured.logits.insert(measured.logits.end(), logits.values().begin(), logits.values().end());
    }
    measured.loss /= static_cast<double>(std::max<std::int64_t>(data.size(), 1));
    return measured;
}

int run(const Options& options) {
    const ModelState state = load_model_state(options.checkpoint);
    const Recipe recipe = recipe_of(options, state);
    const auto data = datasets::load_eval_data(options.data);
    nn::Network<float> network = network_for(recipe, *data);
    for (const auto& note : apply_model_state(state, network)) {
        std::cerr << "normscope-cli: " << state.file_name << ": " << note << '\n';
    }
    const Measured measured = measure(network, *data, recipe.data, options);
    const auto images = data->size();
    if (!options.logits.empty()) {
        const auto classes = static_cast<std::int64_t>(data->class_names().size());
        io::write_npy(options.logits, measured.logits, std::array{images, classes});
    }
    const double accuracy =
        static_cast<double>(measured.correct) / static_cast<double>(std::max<std::int64_t>(images, 1));
    if (options.json) {
        const nlohmann::ordered_json result{
            {"mode", options.mode}, {"images", images}, {"loss", measured.loss}, {"accuracy", accuracy}};
        std::cout << result.dump() << '\n';
    } else {
        std::cout << data->name() << ": " << images << " images in " << options.mode << " mode, loss " << measured.loss
                  << ", accuracy " << 100 * accuracy << " %\n";
    }
    return 0;
}

}  // namespace

void add_eval_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("eval", "Measure a checkpoint on a data set.");
    command->add_option("CKPT", options->checkpoint, "safetensors file, ours or PyTorch's")->required();
    command->add_option("--data", options->data, "SPEC of the images; its test set where it has one")->required();
    command
        ->add_option(
            "--mode", options->mode,
            "eval: running statistics normalize; train: those of each batch (the running ones stay as they are)")
        ->check(CLI::IsMember({"eval", "train"}))
        ->capture_default_str();
    command->add_option("--batch", options->batch, "Images a batch, instead of the recipe's")
        ->check(CLI::Range(1, 65536));
    command->add_option("--logits", options->logits, "Write the logits as .npy: float32 (images, classes)");
    command->add_option("--recipe", options->recipe, "Recipe of the network, if the checkpoint does not hold it");
    command->add_option("--threads", options->threads)->check(CLI::Range(1, 256))->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
