#include "app/cli/DataCommand.h"

#include "core/recipe/Recipe.h"
#include "datasets/DataSpec.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace normscope::cli {
namespace {

struct Options {
    std::string spec;
    bool json = false;
};

nlohmann::ordered_json describe(const Dataset& data) {
    std::vector<std::int64_t> counts(data.class_names().size(), 0);
    for (std::int64_t i = 0; i < data.size(); ++i) ++counts[data.label(i)];
    nlohmann::ordered_json classes;
    for (std::size_t i = 0; i < counts.size(); ++i) classes[data.class_names()[i]] = counts[i];
    return {{"images", data.size()},
            {"height", data.height()},
            {"width", data.width()},
            {"channels", data.channels()},
            {"classes", classes}};
}

void print(const char* title, const nlohmann::ordered_json& part) {
    std::cout << title << ": " << part["images"] << " images of " << part["width"] << "×" << part["height"] << ", "
              << part["channels"] << (part["channels"] == 1 ? " channel" : " channels") << '\n';
    for (const auto& [name, count] : part["classes"].items()) std::cout << "  " << name << ": " << count << '\n';
}

int run(const Options& options) {
    DataRecipe recipe;
    recipe.source = options.spec;
    const DataSplit split = datasets::load_data(recipe);
    nlohmann::ordered_json result{{"name", split.train->name()}, {"train", describe(*split.train)}};
    if (split.eval) result["eval"] = describe(*split.eval);
    if (options.json) {
        std::cout << result.dump() << '\n';
        return 0;
    }
    std::cout << split.train->name() << '\n';
    print("training", result["train"]);
    if (split.eval) print("held out", result["eval"]);
    return 0;
}

}  // namespace

void add_data_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("data", "Tell what a data set holds.");
    command->add_option("SPEC", options->spec, "fashion-mnist, fashion-mnist-full or idx:IMAGES,LABELS")->required();
    command->add_flag("--json", options->json, "One JSON object on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
