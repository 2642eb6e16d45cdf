// Many runs as one experiment: what is varied, what is drawn, what is claimed.
#pragma once

#include "core/recipe/Recipe.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope::sweep {

/// One run. Its folder is named `hash`.
struct SweepRun {
    std::string hash;  ///< run_hash(recipe, steps)
    Recipe recipe;
    std::int64_t steps = 0;  ///< 0: the recipe's epochs
    std::string label;       ///< of its entry in "runs"; may be empty
};

/// A setting that not all runs have alike: a dotted recipe path, "steps" or "label".
struct Axis {
    std::string path;
    std::vector<std::string> values;  ///< as JSON, in the order in which runs have them
};

/// Runs whose setting `path` is `value` (as JSON, written as Axis::values are).
struct Condition {
    std::string path;
    std::string value;

    friend bool operator==(const Condition&, const Condition&) = default;
};
using Where = std::vector<Condition>;

/// A number that a run, or several, came to.
struct Quantity {
    std::string name;  ///< of summary.json, or one that RunResult derives
    /// If set: of the runs that differ in this setting only, the largest value of the setting whose run did not diverge
    /// and has at least `at_least` of `name`; "the largest stable learning rate". None if no run has.
    std::string largest;
    double at_least = 0;
};

/// "eval_error", "largest optimizer.lr with eval_accuracy_train_mode ≥ 0.3".
std::string text_of(const Quantity& quantity);

/// A line plot, or a heat map if `y` is set.
struct PlotRequest {
    std::string title;
    Quantity quantity;
    std::string x;
    std::string y;                    ///< heat map: its other axis
    std::vector<std::string> series;  ///< one line for each combination of these settings
    Where where;                      ///< of these runs only
    bool log_x = false;
    bool log_y = false;
    bool history = false;  ///< x is the step: the column `quantity.name` of measured.csv or history.csv, over runs
};

/// What the published figure shows.
struct Published {
    std::string source;  ///< authors, year, title, figure
    std::string note;    ///< how far the numbers can be compared with ours
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

/// A statement that the results support or refute: q(of) − q(minus), q(of) / q(over), or q(of) itself lies on one side
/// of a bound. Runs of the same seed are compared with each other.
struct Claim {
    enum class Comparison { value, difference, ratio };

    std::string text;
    Quantity quantity;
    Comparison comparison = Comparison::value;
    Where of;
    Where against;
    bool is_lower_bound = true;  ///< at_least, or else at_most
    double bound = 0;
};

/// A sweep file as read.
struct Sweep {
    std::string name;
    std::string description;
    std::vector<SweepRun> runs;  ///< "runs" as listed, then the grid with its last axis fastest; hashes are distinct
    std::vector<Axis> axes;      ///< in the order in which the file names them
    std::vector<PlotRequest> plots;
    std::vector<Claim> claims;
    std::optional<Published> published;
    std::string json;  ///< the document, formatted anew

    const SweepRun* find(std::string_view hash) const;
    const Axis* axis(std::string_view path) const;
};

/// A run's setting as JSON; `path` is a recipe path, "steps" or "label".
std::string value_of(const SweepRun& run, std::string_view path);
bool matches(const SweepRun& run, const Where& where);

/// A JSON value as people write it: texts without quotes.
std::string display_text(std::string_view json);
/// "norm.type = batch, seed = 1": `path` without "model.", "data." or "optimizer.".
std::string display_path(std::string_view path);
/// All settings in which the runs of the sweep differ.
std::string settings_text(const Sweep& sweep, const SweepRun& run);

}  // namespace normscope::sweep
