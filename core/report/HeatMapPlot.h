// A table of numbers as coloured cells in SVG.
#pragma once

#include <string>
#include <vector>

namespace normscope::report {

struct HeatCell {
    double value = 0;   ///< NaN: none
    std::string note;   ///< instead of the number, e.g. "diverged"
    std::string hover;  ///< shown when pointed at
};

struct HeatMapPlot {
    std::string title;
    std::string x_label, y_label;
    std::vector<std::string> x, y;             ///< names of columns and rows
    std::vector<std::vector<HeatCell>> cells;  ///< by row, from the top
};

/// Dark is small and light large, on a scale that stays ordered in grey (viridis); each cell says its number.
std::string svg_of(const HeatMapPlot& plot);

}  // namespace normscope::report
