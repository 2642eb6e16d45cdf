#include "datasets/DataSpec.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/recipe/NearestName.h"
#include "datasets/Cifar.h"
#include "datasets/DatasetSlice.h"
#include "datasets/FashionMnist.h"
#include "datasets/FolderDataset.h"
#include "datasets/IdxPair.h"
#include "datasets/NpyPair.h"
#include "datasets/Shapes.h"
#include "datasets/TwoFiles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace normscope::datasets {
namespace {

constexpr std::size_t shown_spec = 200;

/// A SPEC taken apart: "name:arguments".
struct SpecText {
    std::string_view all;
    std::string_view name;
    std::string_view arguments;  ///< "" if there is no ':'
    bool has_colon;
};

SpecText take_apart(std::string_view text) {
    const auto colon = text.find(':');
    const bool has_colon = colon != std::string_view::npos;
    return {text, text.substr(0, colon), has_colon ? text.substr(colon + 1) : std::string_view(), has_colon};
}

void refuse_arguments(const SpecText& spec) {
    if (!spec.has_colon) return;
    throw InputError("The data SPEC " + io::in_quotes(spec.all, shown_spec) + " takes nothing after the name " +
                     io::in_quotes(spec.name) + '.');
}

void require_folder(const SpecText& spec) {
    if (!spec.arguments.empty()) return;
    throw InputError("The data SPEC " + io::in_quotes(spec.all, shown_spec) +
                     " must name a folder: " + std::string(spec.name) + ":DIR.");
}

DataSplit load_cifar_spec(const SpecText& spec, CifarKind kind, const LoadOptions& options) {
    require_folder(spec);
    return load_cifar(spec.arguments, kind, options);
}

/// How one kind of SPEC is read; the split's `eval` is the source's own test set, or null.
struct SpecReader {
    std::string_view name;  ///< up to and without the ':'
    std::string_view form;
    DataSplit (*load)(const SpecText& spec, const LoadOptions& options);
};

constexpr std::array readers{
    SpecReader{"fashion-mnist", "fashion-mnist",
               [](const SpecText& spec, const LoadOptions&) {
                   refuse_arguments(spec);
                   return load_fashion_mnist_sample();
               }},
    SpecReader{"fashion-mnist-full", "fashion-mnist-full",
               [](const SpecText& spec, const LoadOptions&) {
                   refuse_arguments(spec);
                   return load_fashion_mnist_full();
               }},
    SpecReader{"idx", "idx:IMAGES,LABELS",
               [](const SpecText& spec, const LoadOptions&) {
                   const auto files = split_two_files(spec.arguments, spec.all, "idx:IMAGES,LABELS");
                   return DataSplit{load_idx_pair(files.images, files.labels), nullptr};
               }},
    SpecReader{"cifar10", "cifar10:DIR",
               [](const SpecText& spec, const LoadOptions& options) {
                   return load_cifar_spec(spec, CifarKind::cifar10, options);
               }},
    SpecReader{"cifar100", "cifar100:DIR",
               [](const SpecText& spec, const LoadOptions& options) {
                   return load_cifar_spec(spec, CifarKind::cifar100, options);
               }},
    SpecReader{"folder", "folder:DIR?size=64&fit=crop&color=rgb",
               [](const SpecText& spec, const LoadOptions& options) {
                   require_folder(spec);
                   return load_folder(parse_folder_spec(spec.arguments, spec.all), options);
               }},
    SpecReader{"npy", "npy:IMAGES.npy,LABELS.npy",
               [](const SpecText& spec, const LoadOptions& options) {
                   const auto files = split_two_files(spec.arguments, spec.all, "npy:IMAGES.npy,LABELS.npy");
                   return DataSplit{load_npy_pair(files.images, files.labels, options), nullptr};
               }},
    SpecReader{"shapes", "shapes:size=32,noise=0.05,…",
               [](const SpecText& spec, const LoadOptions& options) {
                   return make_shapes(parse_shapes(spec.arguments, spec.all), options);
               }},
};

std::string known_specs() {
    std::string list;
    for (const auto& reader : readers) list += (list.empty() ? "" : ", ") + std::string(reader.form);
    return list;
}

[[noreturn]] void refuse_unknown(const SpecText& spec) {
    std::vector<std::string_view> names;
    names.reserve(readers.size());
    for (const auto& reader : readers) names.push_back(reader.name);
    const auto nearest = nearest_name(spec.name, names);
    throw InputError("The data SPEC " + io::in_quotes(spec.all, shown_spec) + " is unknown." +
                     (nearest ? " Did you mean " + io::in_quotes(*nearest) + "?" : "") +
                     " Known are: " + known_specs() + '.');
}

DataSplit load_spec(std::string_view text, const LoadOptions& options) {
    const SpecText spec = take_apart(text);
    const auto found = std::find_if(readers.begin(), readers.end(),
                                    [&](const SpecReader& reader) { return reader.name == spec.name; });
    if (found == readers.end()) refuse_unknown(spec);
    report_progress(options, {"opening", 0, 0});
    return found->load(spec, options);
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
    // Elsewhere names are only for show (an IDX file has none), but in folders they are all that says which class is
    // which.
    const bool both_folders = recipe.source.starts_with("folder:") && recipe.eval_source->starts_with("folder:");
    const auto [ours, theirs] =
        std::mismatch(train.class_names().begin(), train.class_names().end(), eval.class_names().begin());
    if (both_folders && ours != train.class_names().end()) {
        throw InputError(names + " have other classes than those of source " +
                         io::in_quotes(recipe.source, shown_spec) + ": " + io::in_quotes(*theirs, shown_spec) +
                         " stands where " + io::in_quotes(*ours, shown_spec) + " should.");
    }
}

}  // namespace

DataSplit load_data(const DataRecipe& recipe, const LoadOptions& options) {
    DataSplit split = load_spec(recipe.source, options);
    if (recipe.eval_source) {
        split.eval = load_eval_data(*recipe.eval_source, options);
        check_alike(recipe, *split.train, *split.eval);
        return split;
    }
    if (split.eval) return split;
    return hold_out(split.train, recipe.eval_fraction);
}

std::shared_ptr<const Dataset> load_eval_data(std::string_view spec, const LoadOptions& options) {
    const DataSplit split = load_spec(spec, options);
    return split.eval ? split.eval : split.train;
}

}  // namespace normscope::datasets
