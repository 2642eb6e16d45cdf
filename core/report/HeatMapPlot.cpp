#include "core/report/HeatMapPlot.h"

#include "core/report/Svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace normscope::report {
namespace {

constexpr double left = 110, top = 34, bottom = 44, right = 16;
constexpr double width = 640, row_height = 34;

struct Rgb {
    double r, g, b;
};

/// Viridis at nine equal distances (van der Walt and Smith, matplotlib; public domain).
Rgb viridis(double share) {
    constexpr std::array<Rgb, 9> colors{{{68, 1, 84},
                                         {71, 44, 122},
                                         {59, 81, 139},
                                         {44, 113, 142},
                                         {33, 144, 141},
                                         {39, 173, 129},
                                         {92, 200, 99},
                                         {170, 220, 50},
                                         {253, 231, 37}}};
    const double place = std::clamp(share, 0.0, 1.0) * (colors.size() - 1);
    const auto index = std::min<std::size_t>(static_cast<std::size_t>(place), colors.size() - 2);
    const double rest = place - static_cast<double>(index);
    const Rgb &a = colors[index], &b = colors[index + 1];
    return {a.r + rest * (b.r - a.r), a.g + rest * (b.g - a.g), a.b + rest * (b.b - a.b)};
}

std::string css(const Rgb& color) {
    const auto part = [](double value) { return std::to_string(static_cast<int>(value + 0.5)); };
    return "rgb(" + part(color.r) + ',' + part(color.g) + ',' + part(color.b) + ')';
}

bool is_light(const Rgb& color) {
    return 0.299 * color.r + 0.587 * color.g + 0.114 * color.b > 140;
}

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
};

Range range_of(const HeatMapPlot& plot) {
    Range range;
    for (const auto& row : plot.cells) {
        for (const HeatCell& cell : row) {
            if (!std::isfinite(cell.value)) continue;
            range.low = std::min(range.low, cell.value);
            range.high = std::max(range.high, cell.value);
        }
    }
    return range;
}

std::string text_at(double x, double y, const std::string& text, const std::string& attributes) {
    return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" " + attributes + ">" + escaped(text) +
           "</text>\n";
}

std::string cell_at(double x, double y, double cell_width, const HeatCell& cell, const Range& range) {
    const bool has_value = std::isfinite(cell.value);
    const double span = range.high - range.low;
    const Rgb color = has_value ? viridis(span > 0 ? (cell.value - range.low) / span : 0.5) : Rgb{223, 227, 234};
    const std::string ink = !has_value || is_light(color) ? "#171B21" : "#FFFFFF";
    std::string text = "<g><rect x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" width=\"" +
                       coordinate(cell_width - 2) + "\" height=\"" + coordinate(row_height - 2) + "\" fill=\"" +
                       css(color) + "\"/>";
    if (!cell.hover.empty()) text += "<title>" + escaped(cell.hover) + "</title>";
    const std::string shown = !cell.note.empty() ? cell.note : has_value ? label_of(cell.value) : "–";
    return text +
           text_at(x + cell_width / 2 - 1, y + row_height / 2 + 3, shown,
                   "class=\"tick\" text-anchor=\"middle\" style=\"fill:" + ink + "\"") +
           "</g>\n";
}

}  // namespace

std::string svg_of(const HeatMapPlot& plot) {
    const double height = top + bottom + row_height * static_cast<double>(std::max<std::size_t>(plot.y.size(), 1));
    const double cell_width = (width - left - right) / static_cast<double>(std::max<std::size_t>(plot.x.size(), 1));
    std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(width) + " " +
                       coordinate(height) + "\" role=\"img\" aria-label=\"" + escaped(plot.title) + "\">\n";
    text += text_at(left, 20, plot.title, "class=\"title\"");
    const Range range = range_of(plot);
    for (std::size_t row = 0; row < plot.y.size(); ++row) {
        const double y = top + row_height * static_cast<double>(row);
        text += text_at(left - 8, y + row_height / 2 + 3, plot.y[row], "class=\"tick\" text-anchor=\"end\"");
        for (std::size_t column = 0; column < plot.x.size(); ++column) {
            text +=
                cell_at(left + cell_width * static_cast<double>(column), y, cell_width, plot.cells[row][column], range);
        }
    }
    for (std::size_t column = 0; column < plot.x.size(); ++column) {
        text += text_at(left + cell_width * (static_cast<double>(column) + 0.5), height - bottom + 16, plot.x[column],
                        "class=\"tick\" text-anchor=\"middle\"");
    }
    text += text_at((left + width - right) / 2, height - 8, plot.x_label, "class=\"label\" text-anchor=\"middle\"");
    return text + text_at(8, 20, plot.y_label, "class=\"label\"") + "</svg>\n";
}

}  // namespace normscope::report
