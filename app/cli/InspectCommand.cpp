#include "app/cli/InspectCommand.h"

#include "core/instruments/NormInspection.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/train/Checkpoint.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

namespace normscope::cli {
namespace {

using instruments::InspectedNorm;
using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path checkpoint;
    instruments::AssumedOptions assumed;
    bool json = false;
};

/// JSON has no NaN and no infinity: null.
Json numbers(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(std::isfinite(value) ? Json(value) : Json());
    return list;
}

std::array<std::pair<const char*, const std::vector<double>*>, 4> tensors_of(const InspectedNorm& layer) {
    return {{{"running_mean", &layer.running_mean},
             {"running_var", &layer.running_var},
             {"weight", &layer.weight},
             {"bias", &layer.bias}}};
}

Json json_of(const InspectedNorm& layer) {
    Json result{{"name", layer.name}, {"channels", layer.channels()}};
    if (layer.num_batches_tracked) result["num_batches_tracked"] = *layer.num_batches_tracked;
    for (const auto& [what, values] : tensors_of(layer)) {
        if (!values->empty()) result[what] = numbers(*values);
    }
    result["findings"] = Json::array();
    for (const auto& finding : layer.findings) {
        Json entry{{"sentence", finding.sentence}};
        if (finding.channel) entry["channel"] = *finding.channel;
        result["findings"].push_back(std::move(entry));
    }
    return result;
}

void print(const InspectedNorm& layer) {
    std::cout << layer.name << ": " << layer.channels() << " channels";
    if (layer.num_batches_tracked) std::cout << ", " << *layer.num_batches_tracked << " batches tracked";
    std::cout << '\n';
    for (const auto& [what, values] : tensors_of(layer)) {
        const auto summary = instruments::summary_of(*values);
        if (!summary) continue;
        std::array<char, 128> text{};
        std::snprintf(text.data(), text.size(), "  %-12s  %12.5g … %-12.5g  median %.5g\n", what, summary->minimum,
                      summary->maximum, summary->median);
        std::cout << text.data();
    }
    constexpr std::size_t most_printed = 10;
    for (std::size_t i = 0; i < std::min(layer.findings.size(), most_printed); ++i) {
        const auto& finding = layer.findings[i];
        std::cout << "  ! ";
        if (finding.channel) std::cout << "channel " << *finding.channel << ": ";
        std::cout << finding.sentence << '\n';
    }
    if (layer.findings.size() > most_printed) {
        std::cout << "  ! … and " << layer.findings.size() - most_printed << " more (--json lists them all)\n";
    }
}

int run(const Options& options) {
    const auto bytes = io::read_file(options.checkpoint, max_checkpoint_bytes);
    const auto content = io::parse_safetensors(bytes, options.checkpoint.native());
    const auto layers = instruments::inspect_norms(content.tensors, options.assumed);
    std::size_t findings = 0;
    for (const auto& layer : layers) findings += layer.findings.size();
    if (options.json) {
        Json result{{"file", options.checkpoint.string()}, {"tensors", content.tensors.size()}};
        result["metadata"] = content.metadata;
        result["layers"] = Json::array();
        for (const auto& layer : layers) result["layers"].push_back(json_of(layer));
        // Names that are not UTF-8 must not stop the rest from being told.
        std::cout << result.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        return 0;
    }
    std::cout << options.checkpoint.string() << ": " << content.tensors.size() << " tensors, " << layers.size()
              << " layers with running statistics, " << findings << (findings == 1 ? " finding\n" : " findings\n");
    for (const auto& layer : layers) print(layer);
    return 0;
}

}  // namespace

void add_inspect_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "inspect",
        "Look into a checkpoint, whatever its network: its norm layers' statistics and what is odd in them.");
    command->add_option("CKPT", options->checkpoint, "safetensors file, ours or PyTorch's")->required();
    command->add_option("--eps", options->assumed.eps, "of the norm layers, which a checkpoint does not hold")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--momentum", options->assumed.momentum, "likewise")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
