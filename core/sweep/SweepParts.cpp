#include "core/sweep/SweepParts.h"

#include "core/io/MessageText.h"

#include <algorithm>
#include <cmath>

namespace normscope::sweep {
namespace {

PlotRequest read_plot(const SweepDocument& document, const Node& node) {
    document.require_keys(node, "a plot",
                          {"title", "quantity", "x", "y", "series", "where", "log_x", "log_y", "history"});
    if (!node.has("quantity")) document.refuse(node, "a plot needs the key \"quantity\".");
    PlotRequest plot;
    plot.quantity = document.quantity(node.at("quantity"), "quantity");
    plot.title = node.has("title") ? document.text(node.at("title"), "title") : text_of(plot.quantity);
    if (node.has("history")) plot.history = document.boolean(node.at("history"), "history");
    if (node.has("x")) plot.x = document.path(node.at("x"), "x");
    if (node.has("y")) plot.y = document.path(node.at("y"), "y");
    if (plot.x.empty() != plot.history) {
        document.refuse(node, "a plot needs either the key \"x\", a setting, or \"history\": true.");
    }
    if (plot.history && !plot.y.empty()) document.refuse(node.at("y"), "a plot over steps has no \"y\".");
    if (node.has("series")) {
        const Node series = node.at("series");
        document.require_array(series, "series", true);
        for (std::size_t i = 0; i < series.value.size(); ++i) {
            plot.series.push_back(document.path(series.at(i), "series"));
        }
    }
    if (node.has("where")) plot.where = document.where(node.at("where"), "where");
    if (node.has("log_x")) plot.log_x = document.boolean(node.at("log_x"), "log_x");
    if (node.has("log_y")) plot.log_y = document.boolean(node.at("log_y"), "log_y");
    return plot;
}

Where read_group(const SweepDocument& document, const Node& node, const std::vector<SweepRun>& runs) {
    const Where where = document.where(node, "a group of runs");
    if (std::ranges::none_of(runs, [&](const SweepRun& run) { return matches(run, where); })) {
        document.refuse(node, "the sweep has no such run.");
    }
    return where;
}

Claim read_claim(const SweepDocument& document, const Node& node, const std::vector<SweepRun>& runs) {
    document.require_keys(node, "a claim", {"claim", "quantity", "of", "minus", "over", "at_least", "at_most"});
    for (const char* key : {"claim", "quantity", "of"}) {
        if (!node.has(key)) document.refuse(node, "a claim needs the key " + io::in_quotes(key) + '.');
    }
    if (node.has("minus") && node.has("over")) {
        document.refuse(node, "a claim has \"minus\" (a difference) or \"over\" (a ratio), not both.");
    }
    if (node.has("at_least") == node.has("at_most")) {
        document.refuse(node, "a claim needs either \"at_least\" or \"at_most\".");
    }
    Claim claim{.text = document.text(node.at("claim"), "claim"),
                .quantity = document.quantity(node.at("quantity"), "quantity"),
                .of = read_group(document, node.at("of"), runs),
                .is_lower_bound = node.has("at_least")};
    const char* bound = claim.is_lower_bound ? "at_least" : "at_most";
    claim.bound = document.number(node.at(bound), bound);
    if (node.has("minus")) {
        claim.comparison = Claim::Comparison::difference;
        claim.against = read_group(document, node.at("minus"), runs);
    } else if (node.has("over")) {
        claim.comparison = Claim::Comparison::ratio;
        claim.against = read_group(document, node.at("over"), runs);
        if (claim.bound <= 0) document.refuse(node.at(bound), "a ratio is compared with a number above 0.");
    }
    return claim;
}

std::string cell(const Node& node) {
    return node.value.is_string() ? node.value.get<std::string>() : node.value.dump();
}

}  // namespace

std::vector<PlotRequest> read_plots(const SweepDocument& document, const Node& plots) {
    document.require_array(plots, "plots", true);
    std::vector<PlotRequest> result;
    for (std::size_t i = 0; i < plots.value.size(); ++i) result.push_back(read_plot(document, plots.at(i)));
    return result;
}

std::vector<Claim> read_claims(const SweepDocument& document, const Node& claims, const std::vector<SweepRun>& runs) {
    document.require_array(claims, "claims", true);
    std::vector<Claim> result;
    for (std::size_t i = 0; i < claims.value.size(); ++i) result.push_back(read_claim(document, claims.at(i), runs));
    return result;
}

Published read_published(const SweepDocument& document, const Node& node) {
    document.require_keys(node, "published", {"source", "note", "columns", "rows"});
    if (!node.has("source")) document.refuse(node, "published needs the key \"source\".");
    Published published{.source = document.text(node.at("source"), "source")};
    if (node.has("note")) published.note = document.text(node.at("note"), "note");
    if (node.has("columns")) {
        const Node columns = node.at("columns");
        document.require_array(columns, "columns");
        for (std::size_t i = 0; i < columns.value.size(); ++i) published.columns.push_back(cell(columns.at(i)));
    }
    if (!node.has("rows")) return published;
    const Node rows = node.at("rows");
    document.require_array(rows, "rows");
    for (std::size_t i = 0; i < rows.value.size(); ++i) {
        const Node row = rows.at(i);
        document.require_array(row, "a row");
        if (row.value.size() != published.columns.size()) {
            document.refuse(row, "a row needs as many cells as there are columns, " +
                                     std::to_string(published.columns.size()) + '.');
        }
        auto& cells = published.rows.emplace_back();
        for (std::size_t k = 0; k < row.value.size(); ++k) cells.push_back(cell(row.at(k)));
    }
    return published;
}

}  // namespace normscope::sweep
