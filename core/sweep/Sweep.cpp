#include "core/sweep/Sweep.h"

#include "core/recipe/RecipeFields.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace normscope::sweep {

std::string text_of(const Quantity& quantity) {
    if (quantity.largest.empty()) return quantity.name;
    return "largest " + display_path(quantity.largest) + " with " + quantity.name + " ≥ " +
           nlohmann::ordered_json(quantity.at_least).dump();
}

const SweepRun* Sweep::find(std::string_view hash) const {
    const auto found = std::ranges::find(runs, hash, &SweepRun::hash);
    return found == runs.end() ? nullptr : &*found;
}

const Axis* Sweep::axis(std::string_view path) const {
    const auto found = std::ranges::find(axes, path, &Axis::path);
    return found == axes.end() ? nullptr : &*found;
}

std::string value_of(const SweepRun& run, std::string_view path) {
    if (path == "steps") return std::to_string(run.steps);
    if (path == "label") return nlohmann::ordered_json(run.label).dump();
    const RecipeField* field = find_recipe_field(path);
    if (!field) throw std::logic_error("no recipe has " + std::string(path));
    return field->read(run.recipe).dump();
}

bool matches(const SweepRun& run, const Where& where) {
    return std::ranges::all_of(where, [&](const Condition& c) { return value_of(run, c.path) == c.value; });
}

std::string display_text(std::string_view json) {
    const auto value = nlohmann::ordered_json::parse(json, nullptr, false);
    return value.is_string() ? value.get<std::string>() : std::string(json);
}

std::string display_path(std::string_view path) {
    for (const std::string_view section : {"model.", "data.", "optimizer."}) {
        if (path.starts_with(section)) path.remove_prefix(section.size());
    }
    return std::string(path);
}

std::string settings_text(const Sweep& sweep, const SweepRun& run) {
    std::string text;
    for (const Axis& axis : sweep.axes) {
        text += (text.empty() ? "" : ", ") + display_path(axis.path) + " = " + display_text(value_of(run, axis.path));
    }
    return text;
}

}  // namespace normscope::sweep
