// Everything that decides a run: the same recipe and seed give the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// Which images, how they are drawn and normalized.
struct DataRecipe {
    std::string source = "fashion-mnist";
    std::optional<std::string> eval_source;  ///< none: the source's own test set, else the last eval_fraction
    double eval_fraction = 0.1;              ///< share of the data kept for evaluation where there is no test set
    std::int64_t batch_size = 64;
    bool shuffle = true;
    bool drop_last = true;                ///< leave out a last batch that is not full
    std::vector<double> mean = {0.2860};  ///< per channel, subtracted from pixels in [0, 1]
    std::vector<double> std = {0.3530};   ///< per channel, divides after that
};

/// Options of the normalization layers, named as torch.nn.BatchNorm2d names them.
struct NormRecipe {
    std::string type = "batch";
    double eps = 1e-5;
    std::optional<double> momentum = 0.1;  ///< none: cumulative average
    bool affine = true;
    bool track_running_stats = true;
    bool frozen = false;
};

struct ModelRecipe {
    std::string name = "simple";
    NormRecipe norm;
    std::string norm_position = "before_activation";
};

struct OptimizerRecipe {
    std::string name = "sgd";
    double lr = 0.05;
    double momentum = 0.9;
    double weight_decay = 0;
    bool nesterov = false;
};

struct ScheduleRecipe {
    std::string name = "constant";
};

/// What is measured beside the training itself. Does not change the training.
struct RecordRecipe {
    std::int64_t eval_every =
        20;  ///< steps between accuracy measurements; 0: never (command lines measure once at the end)
    std::int64_t eval_images = 400;  ///< the first so many held-out images are measured
};

/// Defaults are those of the recipe schema, version 1.
struct Recipe {
    static constexpr int schema = 1;

    DataRecipe data;
    ModelRecipe model;
    OptimizerRecipe optimizer;
    ScheduleRecipe schedule;
    RecordRecipe record;
    std::int64_t epochs = 5;
    std::uint64_t seed = 1;
};

/// Value of the numeric setting `key` (a HyperparameterSpec::key). "model.norm.momentum" is NaN for the cumulative
/// average; a seed beyond 2^53 is rounded. Throws InputError for an unknown key.
double value_of(const Recipe& recipe, std::string_view key);

/// Changes it. Throws InputError with the sentence of reason_to_refuse() if the value is out of range.
void set_value(Recipe& recipe, std::string_view key, double value);

}  // namespace normscope
