#include "core/sweep/Curves.h"

#include "core/recipe/RecipeFields.h"
#include "core/sweep/HistoryColumn.h"
#include "core/sweep/SweepFolder.h"

#include <algorithm>

namespace normscope::sweep {
namespace {

using Indices = std::vector<std::size_t>;

std::optional<double> number_from(const std::string& json) {
    const auto value = nlohmann::ordered_json::parse(json, nullptr, false);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

Indices chosen_runs(const Sweep& sweep, const Where& where) {
    Indices chosen;
    for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
        if (matches(sweep.runs[i], where)) chosen.push_back(i);
    }
    return chosen;
}

/// Runs by the value of a setting, values in the order of their first run.
std::vector<std::pair<std::string, Indices>> grouped(const Sweep& sweep, const Indices& runs,
                                                     const std::vector<std::string>& paths) {
    std::vector<std::pair<std::string, Indices>> groups;
    for (const std::size_t run : runs) {
        std::string key;
        for (const std::string& path : paths) {
            const auto value = display_text(value_of(sweep.runs[run], path));
            // A word says itself what it is; a number needs its name.
            const bool is_word = path == "label" || number_from(value_of(sweep.runs[run], path)) == std::nullopt;
            key += (key.empty() ? "" : ", ") + (is_word ? value : display_path(path) + " " + value);
        }
        auto found = std::ranges::find(groups, key, &std::pair<std::string, Indices>::first);
        if (found == groups.end()) found = groups.insert(groups.end(), {key, {}});
        found->second.push_back(run);
    }
    return groups;
}

bool reaches(const SweepRun& run, const RunResult& result, const Quantity& quantity) {
    const auto value = number_of(run, result, quantity.name);
    return result.status == RunStatus::done && value && *value >= quantity.at_least;
}

std::map<std::uint64_t, double> by_seed(const Sweep& sweep, const SweepResults& results, const Indices& runs,
                                        const Quantity& quantity) {
    std::map<std::uint64_t, std::vector<double>> numbers;
    for (const std::size_t i : runs) {
        const SweepRun& run = sweep.runs[i];
        if (quantity.largest.empty()) {
            if (const auto value = number_of(run, results.runs[i], quantity.name)) {
                numbers[run.recipe.seed].push_back(*value);
            }
        } else if (reaches(run, results.runs[i], quantity)) {
            const auto value = number_from(value_of(run, quantity.largest));
            if (value) numbers[run.recipe.seed].push_back(*value);
        }
    }
    std::map<std::uint64_t, double> found;
    for (const auto& [seed, values] : numbers) {
        const Spread spread = spread_of(values);
        found[seed] = quantity.largest.empty() ? spread.mean : spread.maximum;
    }
    return found;
}

CurvePoint point_of(const Sweep& sweep, const SweepResults& results, const Indices& runs, const Quantity& quantity) {
    CurvePoint point{.runs = runs};
    std::vector<double> values;
    for (const auto& [seed, value] : by_seed(sweep, results, runs, quantity)) values.push_back(value);
    point.spread = spread_of(values);
    for (const std::size_t i : runs) {
        point.finished += is_finished(results.runs[i].status);
        point.diverged += results.runs[i].status == RunStatus::diverged;
    }
    return point;
}

/// By number if all have one.
void sort_by_x(std::vector<CurvePoint>& points) {
    if (std::ranges::all_of(points, [](const CurvePoint& point) { return point.at.has_value(); })) {
        std::ranges::stable_sort(points, {}, [](const CurvePoint& point) { return *point.at; });
    }
}

std::vector<CurvePoint> points_along(const Sweep& sweep, const SweepResults& results, const Indices& runs,
                                     const Quantity& quantity, const std::string& path) {
    std::vector<CurvePoint> points;
    for (const auto& [key, indices] : grouped(sweep, runs, {path})) {
        CurvePoint point = point_of(sweep, results, indices, quantity);
        const std::string value = value_of(sweep.runs[indices.front()], path);
        point.x = display_text(value);
        point.at = number_from(value);
        points.push_back(std::move(point));
    }
    sort_by_x(points);
    return points;
}

/// True if runs that are alike in `of` are alike in `path`: settings that are changed together.
bool is_function_of(const Sweep& sweep, const std::string& path, const std::string& of) {
    std::map<std::string, std::string> values;
    return std::ranges::all_of(sweep.runs, [&](const SweepRun& run) {
        const auto value = value_of(run, path);
        return values.emplace(value_of(run, of), value).first->second == value;
    });
}

Curve history_of(const std::string& name, const std::vector<std::filesystem::path>& folders,
                 const std::string& column) {
    std::map<std::int64_t, std::vector<double>> by_step;
    for (const auto& folder : folders) {
        const auto columns = read_history(folder, {column});
        for (std::size_t i = 0; i < columns[0].steps.size(); ++i) {
            by_step[columns[0].steps[i]].push_back(columns[0].values[i]);
        }
    }
    Curve curve{.name = name};
    for (const auto& [step, values] : by_step) {
        curve.points.push_back(
            {.x = std::to_string(step), .at = static_cast<double>(step), .spread = spread_of(values)});
    }
    return curve;
}

}  // namespace

std::vector<Curve> curves_of(const Sweep& sweep, const SweepResults& results, const PlotRequest& plot) {
    std::vector<Curve> curves;
    for (const auto& [name, runs] : grouped(sweep, chosen_runs(sweep, plot.where), plot.series)) {
        curves.push_back({name, points_along(sweep, results, runs, plot.quantity, plot.x)});
    }
    return curves;
}

HeatMap heat_map_of(const Sweep& sweep, const SweepResults& results, const PlotRequest& plot) {
    HeatMap map;
    const auto all = chosen_runs(sweep, plot.where);
    for (const CurvePoint& point : points_along(sweep, results, all, plot.quantity, plot.x)) map.x.push_back(point.x);
    for (const CurvePoint& row : points_along(sweep, results, all, plot.quantity, plot.y)) {
        map.y.push_back(row.x);
        auto& cells = map.rows.emplace_back(map.x.size(), CurvePoint{.spread = spread_of({})});
        for (CurvePoint& cell : points_along(sweep, results, row.runs, plot.quantity, plot.x)) {
            cells[static_cast<std::size_t>(std::ranges::find(map.x, cell.x) - map.x.begin())] = std::move(cell);
        }
    }
    return map;
}

std::vector<Curve> histories_of(const Sweep& sweep, const SweepResults& results, const PlotRequest& plot,
                                const std::filesystem::path& folder) {
    std::vector<Curve> curves;
    for (const auto& [name, runs] : grouped(sweep, chosen_runs(sweep, plot.where), plot.series)) {
        std::vector<std::filesystem::path> folders;
        for (const std::size_t i : runs) {
            if (is_finished(results.runs[i].status)) folders.push_back(run_folder(folder, sweep.runs[i]));
        }
        curves.push_back(history_of(name, folders, plot.quantity.name));
    }
    return curves;
}

std::map<std::uint64_t, double> numbers_by_seed(const Sweep& sweep, const SweepResults& results,
                                                const Quantity& quantity, const Where& where) {
    return by_seed(sweep, results, chosen_runs(sweep, where), quantity);
}

std::vector<PlotRequest> default_plots(const Sweep& sweep, const SweepResults& results) {
    std::vector<const Axis*> numeric, others;
    for (const Axis& axis : sweep.axes) {
        if (axis.path == "seed") continue;
        const bool goes_along = std::ranges::any_of(
            numeric, [&](const Axis* other) { return is_function_of(sweep, axis.path, other->path); });
        if (goes_along) continue;
        const bool is_numeric =
            std::ranges::all_of(axis.values, [](const auto& v) { return number_from(v).has_value(); });
        (is_numeric ? numeric : others).push_back(&axis);
    }
    if (numeric.empty() && others.empty()) return {};
    const Axis* x = numeric.empty() ? others.front() : numeric.front();
    std::vector<std::string> series;
    for (const auto* axes : {&numeric, &others}) {
        for (const Axis* axis : *axes) {
            if (axis != x) series.push_back(axis->path);
        }
    }
    std::vector<PlotRequest> plots;
    for (const char* name : {"eval_accuracy", "mode_gap", "train_loss"}) {
        const bool is_there =
            std::ranges::any_of(results.runs, [&](const RunResult& run) { return run.value(name).has_value(); });
        if (!is_there) continue;
        plots.push_back({.title = name, .quantity = {.name = name, .largest = {}}, .x = x->path, .series = series});
        const auto first = number_from(x->values.front()), last = number_from(x->values.back());
        // Settings that span decades are drawn so.
        if (first && last)
            plots.back().log_x = std::min(*first, *last) > 0 && std::max(*first / *last, *last / *first) >= 20;
        if (numeric.size() < 2 || plots.size() > 1) continue;
        PlotRequest map = plots.back();
        map.y = numeric[1]->path;
        map.series.clear();
        plots.push_back(map);
    }
    return plots;
}

}  // namespace normscope::sweep
