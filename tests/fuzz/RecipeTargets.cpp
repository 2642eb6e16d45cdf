#include "core/io/Json.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "tests/fuzz/Expectations.h"
#include "tests/fuzz/TargetFunctions.h"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

namespace normscope::testing {
namespace {

/// What was accepted must be written and read again as the same.
void require_kept(const Recipe& recipe) {
    const std::string text = to_json(recipe);
    require(to_json(parse_recipe(text, "again")) == text, "a recipe that was read and written is another one: " + text);
}

}  // namespace

void run_json(Bytes bytes) {
    nlohmann::ordered_json value;
    io::JsonPlaces places;
    if (!accepted([&] { value = io::parse_json(io::as_text(bytes), "file", {}, &places); })) return;
    const std::string text = value.dump();
    require(io::parse_json(text, "again") == value, "JSON that was read and written is another one");
    require(places.entries.size() <= bytes.size(), "more places than bytes");
}

void run_recipe(Bytes bytes) {
    Recipe recipe;
    if (accepted([&] { recipe = parse_recipe(io::as_text(bytes), "recipe.json"); })) require_kept(recipe);
}

void run_setting(Bytes bytes) {
    Recipe recipe;
    const std::string before = to_json(recipe);
    if (accepted([&] { apply_setting(recipe, io::as_text(bytes)); })) {
        require_kept(recipe);
    } else {
        require(to_json(recipe) == before, "a refused setting changed the recipe");
    }
}

Seeds json_seeds() {
    return {"{}",
            "[1, -2.5e3, true, null, \"a\\u00e9\\ud83d\\ude00\"]",
            R"({"a": {"b": [{}, []]}, "a~/b": 1})",
            "1e400",
            R"({"a": 1, "a": 2})",
            "\xEF\xBB\xBF{}",
            std::string(70, '[')};
}

Seeds recipe_seeds() {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(NORMSCOPE_SOURCE_DIR "/resources/recipes")) {
        if (file.path().extension() == ".json") files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    const Recipe defaults;
    Seeds seeds{to_json(defaults), R"({"schema": 2})", R"({"seed": 18446744073709551615, "epochs": 1})"};
    constexpr std::uint64_t most = 1U << 20;
    for (const auto& file : files) seeds.emplace_back(io::as_text(io::read_file(file, most)));
    return seeds;
}

Seeds setting_seeds() {
    return {"model.norm.momentum=null",
            "data.eval_source=null",
            "data.source=idx:a,b",
            R"(data.normalize={"mean":[0.5],"std":[0.5]})",
            "optimizer.lr=1e-3",
            "seed=18446744073709551615",
            R"(model.layers=[{"layer": "Residual", "layers": [{"layer": "norm"}]}])",
            "model.norm={}",
            "=",
            "optimizer.lr",
            "epochs=5x"};
}

}  // namespace normscope::testing
