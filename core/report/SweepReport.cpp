#include "core/report/SweepReport.h"

#include "core/report/HeatMapPlot.h"
#include "core/report/HtmlPage.h"
#include "core/report/LinePlot.h"
#include "core/sweep/Curves.h"
#include "core/sweep/Verdict.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::report {
namespace {

using sweep::Curve;
using sweep::CurvePoint;
using sweep::PlotRequest;
using sweep::Sweep;
using sweep::SweepResults;

constexpr std::size_t most_lines = 16;

std::string spread_text(const CurvePoint& point) {
    const auto& spread = point.spread;
    std::string text = spread.count == 0 ? "–" : label_of(spread.mean);
    if (spread.count > 1) text += " ± " + label_of(spread.deviation);
    if (point.diverged > 0) text += " (" + std::to_string(point.diverged) + " diverged)";
    return text;
}

PlotLine line_of(const Curve& curve, std::size_t index, bool has_markers, bool has_numbers) {
    const LineStyle style = line_style(index);
    PlotLine line{.name = curve.name, .color = std::string(style.color), .dash = std::string(style.dash)};
    if (has_markers) line.marker = style.marker;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        const CurvePoint& point = curve.points[i];
        line.x.push_back(has_numbers ? *point.at : static_cast<double>(i));
        line.y.push_back(point.spread.mean);
        line.low.push_back(point.spread.mean - point.spread.deviation);
        line.high.push_back(point.spread.mean + point.spread.deviation);
    }
    return line;
}

std::string line_plot(const Sweep& sweep, const SweepResults& results, const PlotRequest& request,
                      const std::filesystem::path& folder) {
    auto curves = request.history ? histories_of(sweep, results, request, folder) : curves_of(sweep, results, request);
    if (curves.size() > most_lines) curves.resize(most_lines);
    LinePlot plot{.title = request.title,
                  .x_label = request.history ? "step" : sweep::display_path(request.x),
                  .y_label = request.quantity.largest.empty() ? request.quantity.name
                                                              : sweep::display_path(request.quantity.largest),
                  .log_x = request.log_x,
                  .log_y = request.log_y};
    const bool has_numbers = std::ranges::all_of(curves, [](const Curve& curve) {
        return std::ranges::all_of(curve.points, [](const CurvePoint& point) { return point.at.has_value(); });
    });
    if (!has_numbers && !curves.empty()) {
        plot.log_x = false;
        for (const CurvePoint& point : curves.front().points) plot.x_names.push_back(point.x);
    }
    for (std::size_t i = 0; i < curves.size(); ++i) {
        plot.lines.push_back(line_of(curves[i], i, !request.history, has_numbers));
    }
    return svg_of(plot);
}

std::string heat_map(const Sweep& sweep, const SweepResults& results, const PlotRequest& request) {
    const auto map = heat_map_of(sweep, results, request);
    HeatMapPlot plot{.title = request.title,
                     .x_label = sweep::display_path(request.x),
                     .y_label = sweep::display_path(request.y),
                     .x = map.x,
                     .y = map.y,
                     .cells = {}};
    for (std::size_t row = 0; row < map.rows.size(); ++row) {
        auto& cells = plot.cells.emplace_back();
        for (std::size_t column = 0; column < map.rows[row].size(); ++column) {
            const CurvePoint& point = map.rows[row][column];
            HeatCell cell{.value = point.spread.mean};
            if (point.spread.count == 0 && point.diverged > 0) cell.note = "diverged";
            cell.hover = sweep::display_path(request.y) + " " + map.y[row] + ", " + sweep::display_path(request.x) +
                         " " + map.x[column] + ": " + spread_text(point) + ", " + std::to_string(point.spread.count) +
                         " seeds";
            cells.push_back(std::move(cell));
        }
    }
    return svg_of(plot);
}

void add_verdicts(HtmlPage& page, const Sweep& sweep, const SweepResults& results) {
    if (sweep.claims.empty() && !sweep.published) return;
    page.section("What was claimed, and what came out");
    std::vector<sweep::ClaimResult> found;
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& claim : sweep.claims) {
        found.push_back(check_claim(sweep, results, claim));
        lines.emplace_back(name_of(found.back().verdict), claim.text + " " + sentence_of(claim, found.back()) + '.');
    }
    if (!found.empty()) page.verdicts({{std::string(name_of(verdict_of(found))), "is the verdict on the whole."}});
    page.verdicts(lines);
    page.paragraph(
        "A claim is reproduced if the 95 % interval of the mean over seeds (Student's t) lies wholly on its "
        "side of the bound, not reproduced if no part of it does, and inconclusive otherwise or with fewer "
        "than three seeds.");
    if (!sweep.published) return;
    page.section("Published");
    page.paragraph(sweep.published->source);
    page.table(sweep.published->columns, sweep.published->rows);
    if (!sweep.published->note.empty()) page.paragraph(sweep.published->note);
}

/// Means and deviations behind a plot.
void add_numbers(HtmlPage& page, const Sweep& sweep, const SweepResults& results, const PlotRequest& request) {
    if (request.history || !request.y.empty()) return;
    const auto curves = curves_of(sweep, results, request);
    std::vector<std::string> places;  // of all curves
    for (const Curve& curve : curves) {
        for (const CurvePoint& point : curve.points) {
            if (std::ranges::find(places, point.x) == places.end()) places.push_back(point.x);
        }
    }
    std::vector<std::string> headings{""};
    for (const std::string& place : places) headings.push_back(sweep::display_path(request.x) + " " + place);
    std::vector<std::vector<std::string>> rows;
    for (const Curve& curve : curves) {
        auto& row = rows.emplace_back(places.size() + 1);
        row[0] = curve.name.empty() ? text_of(request.quantity) : curve.name;
        for (const CurvePoint& point : curve.points) {
            row[static_cast<std::size_t>(std::ranges::find(places, point.x) - places.begin()) + 1] = spread_text(point);
        }
    }
    page.table(headings, rows);
}

void add_differences(HtmlPage& page, const Sweep& sweep) {
    page.section("What differs between the runs");
    std::vector<std::vector<std::string>> rows;
    for (const auto& axis : sweep.axes) {
        std::string values;
        for (const auto& value : axis.values) values += (values.empty() ? "" : ", ") + sweep::display_text(value);
        rows.push_back({axis.path, values});
    }
    page.table({"setting", "values"}, rows);
}

void add_runs(HtmlPage& page, const Sweep& sweep, const SweepResults& results) {
    page.section("Runs");
    std::vector<std::string> headings{"run", "status"};
    for (const auto& axis : sweep.axes) headings.push_back(sweep::display_path(axis.path));
    for (const char* name : {"train_loss", "eval_accuracy", "eval_accuracy_train_mode"}) headings.emplace_back(name);
    headings.emplace_back("message");
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
        const auto& result = results.runs[i];
        auto& row = rows.emplace_back();
        row = {sweep.runs[i].hash, std::string(name_of(result.status))};
        for (const auto& axis : sweep.axes) row.push_back(sweep::display_text(value_of(sweep.runs[i], axis.path)));
        for (const char* name : {"train_loss", "eval_accuracy", "eval_accuracy_train_mode"}) {
            const auto value = result.value(name);
            row.push_back(value ? label_of(*value) : "");
        }
        row.push_back(result.message);
    }
    page.table(headings, rows);
}

}  // namespace

std::string sweep_report(const Sweep& sweep, const SweepResults& results, const std::filesystem::path& folder) {
    HtmlPage page(sweep.name.empty() ? "NormScope · a sweep of " + std::to_string(sweep.runs.size()) + " runs"
                                     : sweep.name);
    if (!sweep.description.empty()) page.paragraph(sweep.description);
    page.paragraph(std::to_string(sweep.runs.size()) +
                   " runs: " + std::to_string(results.count(sweep::RunStatus::done)) + " done, " +
                   std::to_string(results.count(sweep::RunStatus::diverged)) + " diverged, " +
                   std::to_string(results.count(sweep::RunStatus::failed)) + " failed.");
    add_verdicts(page, sweep, results);
    for (const auto& request : sweep.plots.empty() ? default_plots(sweep, results) : sweep.plots) {
        page.section("");  // the plot has its title
        page.plot(request.y.empty() ? line_plot(sweep, results, request, folder) : heat_map(sweep, results, request));
        add_numbers(page, sweep, results, request);
    }
    page.paragraph("Lines are means over seeds, bands one standard deviation.");
    add_differences(page, sweep);
    add_runs(page, sweep, results);
    page.section("Sweep file");
    page.preformatted(sweep.json);
    return page.html();
}

}  // namespace normscope::report
