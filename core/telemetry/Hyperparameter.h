// The one table of everything a user can set: editor, command line, recipe and documents read it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace normscope::telemetry {

/// When a change takes effect.
enum class ChangePolicy {
    live,        ///< at the next step
    next_batch,  ///< with the next batch drawn
    restarts,    ///< only by starting again
};

enum class Scale { linear, logarithmic };

/// One numeric setting. Values are plain doubles, integers included.
struct HyperparameterSpec {
    std::string_view key;         ///< path in a recipe, e.g. "model.norm.momentum"
    std::string_view name;        ///< label, e.g. "momentum"
    std::string_view torch_name;  ///< e.g. "torch.nn.BatchNorm2d(momentum=…)"
    std::string_view unit;        ///< may be empty
    std::string_view help;        ///< one or two sentences for tooltip and documents
    double minimum;               ///< smallest accepted value
    double maximum;               ///< largest accepted value
    double slider_minimum;        ///< ends of the slider, inside [minimum, maximum]
    double slider_maximum;
    double default_value;  ///< PyTorch's, or the recipe's where PyTorch has none
    bool integer;
    Scale scale;
    ChangePolicy policy;
    std::string_view unset =
        {};  ///< what having no number means ("cumulative"), written as NaN; empty: a number is needed
};

/// Equal, or both unset.
bool same_value(double a, double b);

/// All settings, in the order in which an editor shows them.
std::span<const HyperparameterSpec> hyperparameter_specs();

/// Null if there is no such key.
const HyperparameterSpec* find_hyperparameter(std::string_view key);

/// A sentence that says why `value` is refused ("momentum must be between 0 and 1, not 3."), or nothing.
std::optional<std::string> reason_to_refuse(const HyperparameterSpec& spec, double value);

/// Shortest text that reads well and parses back to the same value: "64", "0.001", "1e-5".
std::string format_value(const HyperparameterSpec& spec, double value);

}  // namespace normscope::telemetry
