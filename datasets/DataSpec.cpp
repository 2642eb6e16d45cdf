#include "datasets/DataSpec.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/recipe/NearestName.h"
#include "datasets/DatasetSlice.h"
#include "datasets/FashionMnist.h"
#include "datasets/IdxPair.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <system_error>
#include <vector>

namespace normscope::datasets {
namespace {

struct Spec {
    std::string_view name;       ///< up to and without the ':'
    std::string_view arguments;  ///< what follows, "" for none
    bool available;
};

constexpr std::array specs{
    Spec{"fashion-mnist", "", true},
    Spec{"fashion-mnist-full", "", true},
    Spec{"idx", ":IMAGES,LABELS", true},
    Spec{"cifar10", ":DIR", false},
    Spec{"cifar100", ":DIR", false},
    Spec{"folder", ":DIR", false},
    Spec{"npy", ":IMAGES.npy,LABELS.npy", false},
    Spec{"shapes", "", false},
};

constexpr std::size_t shown_spec = 200;

std::string available_specs() {
    std::string list;
    for (const auto& spec : specs) {
        if (spec.available) list += (list.empty() ? "" : ", ") + std::string(spec.name) + std::string(spec.arguments);
    }
    return list;
}

bool is_file(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// Paths may hold commas: the one is meant that separates two files that exist.
DataSplit load_idx(std::string_view arguments) {
    std::vector<std::size_t> commas;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == ',' && i > 0 && i + 1 < arguments.size()) commas.push_back(i);
    }
    if (commas.empty()) {
        throw InputError("The data SPEC " + io::in_quotes("idx:" + std::string(arguments), shown_spec) +
                         " must name two files: idx:IMAGES,LABELS.");
    }
    const auto both_exist = [&](std::size_t comma) {
        return is_file(std::string(arguments.substr(0, comma))) && is_file(std::string(arguments.substr(comma + 1)));
    };
    const auto found = std::find_if(commas.begin(), commas.end(), both_exist);
    const std::size_t comma = found == commas.end() ? commas.front() : *found;
    return {load_idx_pair(arguments.substr(0, comma), arguments.substr(comma + 1)), nullptr};
}

[[noreturn]] void refuse_unknown(std::string_view text, std::string_view name) {
    std::vector<std::string_view> names;
    names.reserve(specs.size());
    for (const auto& spec : specs) names.push_back(spec.name);
    const auto nearest = nearest_name(name, names);
    throw InputError("The data SPEC " + io::in_quotes(text, shown_spec) + " is unknown." +
                     (nearest ? " Did you mean " + io::in_quotes(*nearest) + "?" : "") +
                     " Known are: " + available_specs() + '.');
}

/// The data of one SPEC; `eval` is its own test set, or null.
DataSplit load_spec(std::string_view text) {
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.name == name; });
    if (found == specs.end()) refuse_unknown(text, name);
    if (!found->available) {
        throw InputError("The data SPEC " + io::in_quotes(text, shown_spec) +
                         " is not read by this version of NormScope yet. It reads: " + available_specs() + '.');
    }
    if (name == "idx") return load_idx(colon == std::string_view::npos ? "" : text.substr(colon + 1));
    if (colon != std::string_view::npos) {
        throw InputError("The data SPEC " + io::in_quotes(text, shown_spec) + " takes nothing after the name " +
                         io::in_quotes(name) + '.');
    }
    return name == "fashion-mnist" ? load_fashion_mnist_sample() : load_fashion_mnist_full();
}

DataSplit hold_out(std::shared_ptr<const Dataset> all, double fraction) {
    const std::int64_t size = all->size();
    const auto wanted = static_cast<std::int64_t>(std::llround(static_cast<double>(size) * fraction));
    const std::int64_t held_out = std::clamp<std::int64_t>(wanted, 0, size - 1);
    if (held_out == 0) return {std::move(all), nullptr};
    return {std::make_shared<DatasetSlice>(all, 0, size - held_out),
            std::make_shared<DatasetSlice>(all, size - held_out, held_out)};
}

std::string size_of(const Dataset& data) {
    return std::to_string(data.height()) + " × " + std::to_string(data.width()) + " × " +
           std::to_string(data.channels());
}

void check_alike(const DataRecipe& recipe, const Dataset& train, const Dataset& eval) {
    const std::string names = "The images of eval_source " + io::in_quotes(*recipe.eval_source, shown_spec);
    if (size_of(train) != size_of(eval)) {
        throw InputError(names + " are " + size_of(eval) + " (height × width × channels), those of source " +
                         io::in_quotes(recipe.source, shown_spec) + " are " + size_of(train) + '.');
    }
    if (train.class_names().size() != eval.class_names().size()) {
        throw InputError(names + " have " + std::to_string(eval.class_names().size()) + " classes, those of source " +
                         io::in_quotes(recipe.source, shown_spec) + " have " +
                         std::to_string(train.class_names().size()) + '.');
    }
}

}  // namespace

DataSplit load_data(const DataRecipe& recipe) {
    DataSplit split = load_spec(recipe.source);
    if (recipe.eval_source) {
        split.eval = load_eval_data(*recipe.eval_source);
        check_alike(recipe, *split.train, *split.eval);
        return split;
    }
    if (split.eval) return split;
    return hold_out(split.train, recipe.eval_fraction);
}

std::shared_ptr<const Dataset> load_eval_data(std::string_view spec) {
    const DataSplit split = load_spec(spec);
    return split.eval ? split.eval : split.train;
}

}  // namespace normscope::datasets
