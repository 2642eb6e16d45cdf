#include "app/cli/ExportCommand.h"

#include "app/cli/ProgressLine.h"
#include "app/exports/ExportOnnx.h"
#include "app/exports/ExportTorch.h"
#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "datasets/DataSpec.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include <unistd.h>

namespace normscope::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path checkpoint;
    std::filesystem::path recipe;
    std::filesystem::path out;
    std::string data;
    std::string format;
    bool fold = false;
    bool json = false;
};

Recipe recipe_of(const Options& options, const ModelState& state) {
    if (!options.recipe.empty()) return load_recipe(options.recipe);
    if (state.recipe) return *state.recipe;
    throw InputError(io::in_quotes(state.file_name) +
                     " does not say which network it belongs to: give its recipe with --recipe FILE.");
}

/// Held-out images of the data that --data or the recipe names.
std::shared_ptr<const Dataset> load_images(const Options& options, const Recipe& recipe) {
    if (!options.data.empty()) return datasets::load_eval_data(options.data);
    try {
        return datasets::load_eval_data(recipe.data.eval_source.value_or(recipe.data.source));
    } catch (const std::exception& error) {
        throw InputError("The images that the network was trained on cannot be loaded: " + std::string(error.what()) +
                         " Others of the same size will do: name them with --data SPEC.");
    }
}

std::string shown(const std::filesystem::path& path) {
    return io::in_quotes(path.native(), path.native().size() + 2);
}

int export_to_onnx(const Options& options, const exports::ExportModel& model, const Dataset& images) {
    std::optional<ProgressLine> line;
    if (::isatty(STDERR_FILENO) != 0) line.emplace();
    const instruments::Watch watch{{}, [&line](double share) {
                                       if (line) line->show(share, "exporting");
                                   }};
    const auto report = exports::export_onnx(model, images, {options.fold}, options.out, watch);
    line.reset();
    Json folded = Json::array(), kept = Json::array();
    for (const auto& record : report.folds) (record.is_folded() ? folded : kept).push_back(record.norm);
    if (options.json) {
        const Json result{{"format", "onnx"},        {"path", options.out.native()},
                          {"bytes", report.bytes},   {"opset", 15},
                          {"folded", folded},        {"kept", kept},
                          {"images", report.images}, {"difference", report.difference}};
        std::cout << result.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        return 0;
    }
    std::array<char, 32> difference{};
    std::snprintf(difference.data(), difference.size(), "%.1e", report.difference);
    std::cout << shown(options.out) << ": ONNX opset 15, " << report.bytes
              << " bytes. It passes ONNX's full check, and "
              << "OpenCV's dnn module gives the engine's logits for " << report.images << " images within "
              << difference.data() << " of their scale.\n";
    for (const auto& record : report.folds) std::cout << record.sentence << '\n';
    return 0;
}

int export_to_torch(const Options& options, const exports::ExportModel& model) {
    const auto report = exports::export_torch(model, options.out);
    if (options.json) {
        const Json result{{"format", "pytorch"},
                          {"path", options.out.native()},
                          {"bytes", report.bytes},
                          {"tensors", report.tensors}};
        std::cout << result.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        return 0;
    }
    std::cout << shown(options.out) << ": model.py, weights.safetensors (" << report.tensors
              << " tensors) and recipe.json. In Python: from model import load_model\n";
    return 0;
}

int run(const Options& options) {
    const bool is_onnx = options.format == "onnx";
    if (options.fold && !is_onnx) {
        throw InputError("--fold-bn is for --to onnx: a PyTorch folder keeps the layers of the state dict.");
    }
    const ModelState state = load_model_state(options.checkpoint);
    const Recipe recipe = recipe_of(options, state);
    std::shared_ptr<const Dataset> images;
    if (is_onnx || !options.data.empty() || !state.data) images = load_images(options, recipe);
    std::vector<std::string> notes;
    const auto model = exports::export_model_of(state, recipe, state.data ? *state.data : describe(*images), notes);
    for (const auto& note : notes) std::cerr << "normscope-cli: " << state.file_name << ": " << note << '\n';
    return is_onnx ? export_to_onnx(options, model, *images) : export_to_torch(options, model);
}

}  // namespace

void add_export_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("export", "Write a checkpoint's network for other programs.");
    command->add_option("CKPT", options->checkpoint, "safetensors file, ours or PyTorch's")->required();
    command
        ->add_option("--to", options->format,
                     "onnx: one file, opset 15, for inference; pytorch: a folder with model.py and the weights")
        ->required()
        ->check(CLI::IsMember({"onnx", "pytorch"}));
    command->add_option("--out", options->out, "The file or folder; an earlier export there is replaced")->required();
    command->add_flag("--fold-bn", options->fold,
                      "ONNX: fold batch norms into the convolution or linear layer before them");
    command->add_option("--data", options->data,
                        "SPEC of images to try the ONNX file on, instead of those it was trained on");
    command->add_option("--recipe", options->recipe, "Recipe of the network, if the checkpoint does not hold it");
    command->add_flag("--json", options->json, "One JSON object on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
