#include "core/report/RunReport.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeFields.h"
#include "core/recipe/RecipeJson.h"
#include "core/report/HtmlPage.h"
#include "core/report/LinePlot.h"
#include "core/sweep/HistoryColumn.h"
#include "core/sweep/RunResult.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace normscope::report {
namespace {

using sweep::HistoryColumn;

constexpr std::uint64_t max_history_bytes = std::uint64_t{4} << 30;
constexpr std::size_t most_points = 800;

/// A file of the run and its columns.
class Table {
   public:
    explicit Table(const std::filesystem::path& path) : m_path(path) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(path, error)) return;
        m_bytes = io::read_file(path, max_history_bytes);
        m_names = sweep::csv_columns(text());
    }

    bool is_there() const { return !m_names.empty(); }
    const std::vector<std::string>& names() const { return m_names; }
    bool has(const std::string& name) const { return std::ranges::find(m_names, name) != m_names.end(); }
    std::vector<HistoryColumn> columns(const std::vector<std::string>& names) const {
        return is_there() ? sweep::parse_history(text(), m_path.native(), names)
                          : std::vector<HistoryColumn>(names.size());
    }

   private:
    /// Without a row that was cut off in the middle of being written.
    std::string_view text() const {
        const auto all = io::as_text(m_bytes);
        return all.substr(0, all.rfind('\n') + 1);
    }

    std::filesystem::path m_path;
    std::vector<std::byte> m_bytes;
    std::vector<std::string> m_names;
};

struct Wanted {
    std::string column;
    std::string name;
    std::string_view color;
    std::string dash = {};
};

std::string plot_of(const Table& table, const std::string& title, const std::string& y_label,
                    const std::vector<Wanted>& wanted, bool log_y = false) {
    LinePlot plot{.title = title, .x_label = "step", .y_label = y_label, .log_y = log_y};
    std::vector<std::string> names;
    for (const Wanted& line : wanted) names.push_back(line.column);
    const auto columns = table.columns(names);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (columns[i].steps.empty()) continue;
        PlotLine line{.name = wanted[i].name, .color = std::string(wanted[i].color), .dash = wanted[i].dash};
        line.x.assign(columns[i].steps.begin(), columns[i].steps.end());
        line.y = columns[i].values;
        plot.lines.push_back(thinned(line, most_points));
    }
    return svg_of(plot);
}

void add_training(HtmlPage& page, const Table& history) {
    page.section("Training");
    page.plot(plot_of(history, "Training loss of each batch", "loss", {{"loss", "loss", colors::other}}));
    page.plot(plot_of(history, "Accuracy", "accuracy",
                      {{"train_accuracy", "batch, train mode", "#7A7F87"},
                       {"eval_accuracy", "held out, eval mode", colors::running},
                       {"eval_accuracy_train_mode", "held out, train mode", colors::batch, "6 3"}}));
}

/// Names of the layers whose batch statistics were recorded, in their order.
std::vector<std::string> norm_layers(const Table& history) {
    constexpr std::string_view suffix = ".batch_mean[0]";
    std::vector<std::string> layers;
    for (const std::string& name : history.names()) {
        if (name.ends_with(suffix)) layers.push_back(name.substr(0, name.size() - suffix.size()));
    }
    return layers;
}

void add_layers(HtmlPage& page, const Table& history) {
    const auto layers = norm_layers(history);
    if (layers.empty()) return;
    page.section("Norm layers, channel 0 of each");
    page.paragraph(
        "In train mode a layer normalizes with the statistics of the batch (orange), in eval mode with the "
        "running averages it has collected (blue).");
    std::vector<Wanted> differences;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const std::string& layer = layers[i];
        const auto column = [&](const char* statistic) { return layer + '.' + statistic + "[0]"; };
        page.plot(plot_of(history, layer + ": mean", "mean",
                          {{column("batch_mean"), "batch", colors::batch},
                           {column("running_mean"), "running", colors::running, "6 3"}}));
        page.plot(plot_of(history, layer + ": variance", "variance",
                          {{column("batch_var"), "batch", colors::batch},
                           {column("running_var"), "running", colors::running, "6 3"}}));
        if (history.has(column("weight"))) {
            page.plot(plot_of(
                history, layer + ": γ and β", "",
                {{column("weight"), "γ (weight)", colors::weight}, {column("bias"), "β (bias)", colors::bias, "6 3"}}));
        }
        const LineStyle style = line_style(i);
        differences.push_back({layer + ".mode_difference", layer, style.color, std::string(style.dash)});
    }
    page.section("How far train mode and eval mode are apart");
    page.plot(plot_of(history, "‖train − eval‖ / ‖train‖ of each layer's output", "relative difference", differences,
                      /*log_y=*/true));
}

void add_measured(HtmlPage& page, const Table& measured) {
    if (!measured.is_there()) return;
    page.section("Measured besides");
    const auto has_values = [&](const char* name) { return !measured.columns({name})[0].steps.empty(); };
    if (has_values("eval_accuracy_exact")) {
        page.plot(plot_of(measured, "Held-out accuracy by the statistics that normalize", "accuracy",
                          {{"eval_accuracy", "running averages", colors::running},
                           {"eval_accuracy_train_mode", "each batch's own", colors::batch, "6 3"},
                           {"eval_accuracy_exact", "exact, of training images", colors::other, "2 3"}}));
    }
    if (!has_values("loss_low")) return;
    page.plot(plot_of(measured, "Loss along the gradient", "loss",
                      {{"loss_low", "smallest", colors::running}, {"loss_high", "largest", colors::batch, "6 3"}}));
    page.plot(plot_of(measured, "Change of the gradient along itself", "‖∇L(w − ηg) − g‖",
                      {{"gradient_change", "largest", colors::other}}, /*log_y=*/true));
}

void add_results(HtmlPage& page, const sweep::RunResult& result) {
    page.section("Results");
    std::vector<std::vector<std::string>> rows{{"status", std::string(name_of(result.status))}};
    for (const auto& [name, value] : result.values) rows.push_back({name, label_of(value)});
    page.table({}, rows);
    if (!result.message.empty()) page.paragraph(result.message);
}

void add_settings(HtmlPage& page, const Recipe& recipe) {
    static const Recipe defaults;
    page.section("Settings that differ from the defaults");
    std::vector<std::vector<std::string>> rows;
    for (const auto& field : recipe_fields()) {
        const auto value = field.read(recipe), usual = field.read(defaults);
        if (value != usual) rows.push_back({std::string(field.path), value.dump(), usual.dump()});
    }
    if (rows.empty()) page.paragraph("None: this is the default experiment.");
    if (!rows.empty()) page.table({"setting", "here", "default"}, rows);
    page.section("Complete recipe");
    page.preformatted(to_json(recipe));
}

}  // namespace

std::string run_report(const std::filesystem::path& folder) {
    const Recipe recipe = load_recipe(folder / "recipe.json");
    HtmlPage page("NormScope · " + recipe.data.source + " · " + recipe.model.name);
    const auto result = sweep::read_result(folder);
    add_results(page, result);
    Table history(folder / "history.csv");
    if (!history.is_there()) history = Table(folder / "history.csv.partial");
    if (history.is_there()) {
        add_training(page, history);
        add_measured(page, Table(folder / "measured.csv"));
        add_layers(page, history);
    } else {
        page.paragraph("No step has been written out yet.");
    }
    add_settings(page, recipe);
    return page.html();
}

}  // namespace normscope::report
