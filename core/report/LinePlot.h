// Lines with error bands as SVG.
#pragma once

#include "core/report/Svg.h"

#include <string>
#include <vector>

namespace normscope::report {

/// One line. NaN interrupts it.
struct PlotLine {
    std::string name;
    std::string color;
    std::string dash;
    char marker = 0;  ///< 0: none
    std::vector<double> x, y;
    std::vector<double> low, high;  ///< of the band, as long as y; empty: none
};

struct LinePlot {
    std::string title;
    std::string x_label, y_label;
    std::vector<PlotLine> lines;
    std::vector<std::string> x_names;  ///< if not empty: x is an index of these
    bool log_x = false, log_y = false;
};

/// 640 × 320 units, with title, axes and legend. Values that a logarithmic axis cannot show are left out. Says so if
/// there is nothing to draw.
std::string svg_of(const LinePlot& plot);

/// At most about `most` points that look alike: of each stretch its smallest and its largest value.
PlotLine thinned(const PlotLine& line, std::size_t most);

}  // namespace normscope::report
