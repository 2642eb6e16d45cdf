#include "app/cli/DataCommand.h"

#include "app/cli/ProgressLine.h"
#include "core/io/MessageText.h"
#include "core/recipe/Recipe.h"
#include "datasets/DataSpec.h"
#include "datasets/DataSummary.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

namespace normscope::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_listed = 20;  ///< skipped files in the text; JSON lists them all

struct Options {
    std::string spec;
    bool json = false;
};

/// Progress on standard error, only of what takes long enough to be watched.
class Watch {
   public:
    datasets::LoadOptions options() {
        datasets::LoadOptions options;
        options.progress = [this](const datasets::LoadProgress& progress) { show(progress); };
        return options;
    }

   private:
    void show(const datasets::LoadProgress& progress) {
        constexpr auto patience = std::chrono::milliseconds(500);
        if (!m_line && std::chrono::steady_clock::now() - m_start < patience) return;
        if (!m_line) m_line.emplace();
        std::string text(progress.activity);
        if (progress.done > 0 || progress.total > 0) text += ' ' + std::to_string(progress.done);
        if (progress.total > 0) text += " of " + std::to_string(progress.total);
        const auto total = static_cast<double>(std::max<std::int64_t>(progress.total, 1));
        m_line->show(progress.total > 0 ? static_cast<double>(progress.done) / total : 0, text);
    }

    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    std::optional<ProgressLine> m_line;
};

std::string shown(const std::filesystem::path& path) {
    constexpr std::size_t quotes = 2;
    const std::string quoted = io::in_quotes(path.native(), path.native().size() + quotes);
    return quoted.substr(1, quoted.size() - quotes);
}

Json json_of(const datasets::PartSummary& part) {
    Json classes = Json::object();
    for (std::size_t i = 0; i < part.class_counts.size(); ++i) classes[part.class_names[i]] = part.class_counts[i];
    return {{"images", part.images},     {"height", part.height},   {"width", part.width}, {"channels", part.channels},
            {"mean", part.moments.mean}, {"std", part.moments.std}, {"classes", classes}};
}

void add_report(Json& result, const datasets::DataSummary& summary) {
    result["skipped_count"] = summary.skipped.size();
    result["skipped"] = Json::array();
    for (const auto& file : summary.skipped) {
        result["skipped"].push_back({{"path", shown(file.path)}, {"reason", file.reason}});
    }
    result["notes"] = summary.notes;
}

void print_numbers(const char* title, const Json& numbers) {
    std::cout << "  " << title;
    for (const auto& number : numbers) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), " %.4f", number.get<double>());
        std::cout << text.data();
    }
    std::cout << '\n';
}

void print(const char* title, const Json& part) {
    std::cout << title << ": " << part["images"] << " images of " << part["width"] << "×" << part["height"] << ", "
              << part["channels"] << (part["channels"] == 1 ? " channel" : " channels") << '\n';
    print_numbers("mean by channel:", part["mean"]);
    print_numbers("standard deviation by channel:", part["std"]);
    std::cout << "  " << part["classes"].size() << (part["classes"].size() == 1 ? " class:\n" : " classes:\n");
    for (const auto& [name, count] : part["classes"].items()) std::cout << "    " << name << ": " << count << '\n';
}

void print_report(const Json& result) {
    for (const auto& note : result["notes"]) std::cout << "note: " << note.get<std::string>() << '\n';
    const Json& skipped = result["skipped"];
    if (skipped.empty()) return;
    std::cout << "skipped: " << skipped.size() << (skipped.size() == 1 ? " file\n" : " files\n");
    for (std::size_t i = 0; i < std::min(skipped.size(), most_listed); ++i) {
        std::cout << "  " << skipped[i]["path"].get<std::string>() << ": " << skipped[i]["reason"].get<std::string>()
                  << '\n';
    }
    if (skipped.size() > most_listed) {
        std::cout << "  … and " << skipped.size() - most_listed << " more (--json lists them all)\n";
    }
}

int run(const Options& options) {
    Watch watch;
    DataRecipe recipe;
    recipe.source = options.spec;
    const DataSplit split = datasets::load_data(recipe, watch.options());
    const datasets::DataSummary summary = datasets::summarize(split, watch.options());
    Json result{{"name", summary.name}, {"train", json_of(summary.train)}};
    if (summary.eval) result["eval"] = json_of(*summary.eval);
    add_report(result, summary);
    if (options.json) {
        // Names that are not UTF-8 must not stop the rest from being told.
        std::cout << result.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
        return 0;
    }
    std::cout << summary.name << '\n';
    print("training", result["train"]);
    if (summary.eval) print("held out", result["eval"]);
    print_report(result);
    return 0;
}

}  // namespace

void add_data_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("data", "Tell what a data set holds, and what was skipped and why.");
    command
        ->add_option("SPEC", options->spec,
                     "fashion-mnist, fashion-mnist-full, idx:IMAGES,LABELS, cifar10:DIR, cifar100:DIR, "
                     "npy:IMAGES.npy,LABELS.npy, folder:DIR?size=64&fit=crop&color=rgb or "
                     "shapes:size=32,noise=0.05,…; see docs/data-sets.md")
        ->required();
    command->add_flag("--json", options->json, "One JSON object on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
