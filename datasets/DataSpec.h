// Data SPECs, the words by which recipes and command lines name data.
#pragma once

#include "core/recipe/Recipe.h"
#include "core/train/Dataset.h"
#include "datasets/LoadOptions.h"

#include <memory>
#include <string_view>

namespace normscope::datasets {

/// What a recipe trains on and is measured on. SPECs: "fashion-mnist" (the bundled sample), "fashion-mnist-full",
/// "idx:IMAGES,LABELS" (plain or gzip; relative to the current folder).
///
/// Evaluation: eval_source if given (its test set, or all of it if it has none), else the source's own test set, else
/// the last eval_fraction of the data as stored (rounded to whole images, at least one is left for training; 0: none,
/// null).
///
/// Throws InputError: unknown SPECs (the known ones are listed), SPECs this version does not read yet, files at fault,
/// and an eval_source whose pictures or classes differ from the source's.
DataSplit load_data(const DataRecipe& recipe, const LoadOptions& options = {});

/// The images to measure on for one SPEC: its test set, or all of it if it has none. Throws InputError.
std::shared_ptr<const Dataset> load_eval_data(std::string_view spec, const LoadOptions& options = {});

}  // namespace normscope::datasets
