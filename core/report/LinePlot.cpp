#include "core/report/LinePlot.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::report {
namespace {

constexpr double width = 640, height = 320;
constexpr double left = 62, right = 16, top = 34, bottom = 44;
constexpr double legend_line = 16;

/// What a scale can hold with room around it, without overflow.
bool can_show(double value, bool is_log) {
    constexpr double largest = 1e300;
    return std::abs(value) <= largest && (!is_log || value >= 1 / largest);
}

/// Values to pixels along one axis.
struct Scale {
    double low = 0, high = 1;
    bool is_log = false;
    double begin = 0, end = 1;  ///< pixels

    bool shows(double value) const { return can_show(value, is_log); }
    double at(double value) const {
        const double share = is_log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
        return begin + share * (end - begin);
    }
    std::vector<double> ticks(int count) const {
        return is_log ? round_powers(low, high) : round_numbers(low, high, count);
    }
};

/// A scale over everything that can be shown, with a little room.
class Extent {
   public:
    explicit Extent(bool is_log) : m_is_log(is_log) {}
    void add(const std::vector<double>& values) {
        for (const double value : values) {
            if (!can_show(value, m_is_log)) continue;
            m_low = std::min(m_low, value);
            m_high = std::max(m_high, value);
        }
    }
    bool is_empty() const { return m_low > m_high; }
    Scale scale(double begin, double end, double room) const {
        double low = m_low, high = m_high;
        if (low == high) {
            low = m_is_log ? low / 2 : low - (low == 0 ? 0.5 : std::abs(low) / 2);
            high = m_is_log ? high * 2 : high + (high == 0 ? 0.5 : std::abs(high) / 2);
        }
        const double margin = m_is_log ? std::pow(high / low, room) : (high - low) * room;
        if (m_is_log) return {low / margin, high * margin, true, begin, end};
        return {low - margin, high + margin, false, begin, end};
    }

   private:
    bool m_is_log;
    double m_low = std::numeric_limits<double>::infinity();
    double m_high = -std::numeric_limits<double>::infinity();
};

std::string text_at(double x, double y, const std::string& text, const std::string& attributes) {
    return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" " + attributes + ">" + escaped(text) +
           "</text>\n";
}

std::string line_between(double x1, double y1, double x2, double y2, const char* css_class) {
    return "<line class=\"" + std::string(css_class) + "\" x1=\"" + coordinate(x1) + "\" y1=\"" + coordinate(y1) +
           "\" x2=\"" + coordinate(x2) + "\" y2=\"" + coordinate(y2) + "\"/>\n";
}

std::string marker_at(double x, double y, char marker, const std::string& color) {
    const auto path = [&](const std::vector<std::pair<double, double>>& points) {
        std::string text = "<path fill=\"" + color + "\" d=\"";
        for (std::size_t i = 0; i < points.size(); ++i) {
            text += (i == 0 ? "M" : "L") + coordinate(x + points[i].first) + ' ' + coordinate(y + points[i].second);
        }
        return text + "Z\"/>\n";
    };
    if (marker == 's') return path({{-3.5, -3.5}, {3.5, -3.5}, {3.5, 3.5}, {-3.5, 3.5}});
    if (marker == 't') return path({{0, -4.5}, {4.2, 3.2}, {-4.2, 3.2}});
    if (marker == 'd') return path({{0, -4.8}, {4.8, 0}, {0, 4.8}, {-4.8, 0}});
    return "<circle fill=\"" + color + "\" cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) + "\" r=\"3.5\"/>\n";
}

class Drawing {
   public:
    explicit Drawing(const LinePlot& plot) : m_plot(plot) {
        Extent x(plot.log_x), y(plot.log_y);
        for (const PlotLine& line : plot.lines) {
            x.add(line.x);
            y.add(line.y);
            y.add(line.low);
            y.add(line.high);
        }
        m_is_empty = x.is_empty() || y.is_empty();
        if (m_is_empty) return;
        m_x = x.scale(left, width - right, plot.x_names.empty() ? 0.02 : 0.08);
        m_y = y.scale(height - bottom, top + legend_height(), 0.05);
    }

    std::string svg() {
        std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(width) + " " +
                           coordinate(height) + "\" role=\"img\" aria-label=\"" + escaped(m_plot.title) + "\">\n";
        text += text_at(left, 20, m_plot.title, "class=\"title\"");
        if (m_is_empty) return text + text_at(left, height / 2, "nothing measured yet", "class=\"tick\"") + "</svg>\n";
        text += axes();
        for (const PlotLine& line : m_plot.lines) text += band_of(line);
        for (const PlotLine& line : m_plot.lines) text += path_of(line);
        return text + legend() + "</svg>\n";
    }

   private:
    double legend_height() const { return m_plot.lines.size() > 1 ? legend_line * legend_rows() : 0; }
    double legend_rows() const { return std::ceil(static_cast<double>(m_plot.lines.size()) / 3); }

    std::string axes() const {
        std::string text;
        for (const double tick : m_y.ticks(5)) {
            text += line_between(left, m_y.at(tick), width - right, m_y.at(tick), "grid");
            text += text_at(left - 6, m_y.at(tick) + 4, label_of(tick), "class=\"tick\" text-anchor=\"end\"");
        }
        if (m_plot.x_names.empty()) {
            for (const double tick : m_x.ticks(7)) text += x_tick(tick, label_of(tick));
        } else {
            for (std::size_t i = 0; i < m_plot.x_names.size(); ++i) {
                text += x_tick(static_cast<double>(i), m_plot.x_names[i]);
            }
        }
        text += line_between(left, height - bottom, width - right, height - bottom, "axis");
        text +=
            text_at((left + width - right) / 2, height - 8, m_plot.x_label, "class=\"label\" text-anchor=\"middle\"");
        return text + "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 " +
               coordinate((top + height - bottom) / 2) + ") rotate(-90)\">" + escaped(m_plot.y_label) + "</text>\n";
    }
    std::string x_tick(double value, const std::string& label) const {
        return line_between(m_x.at(value), height - bottom, m_x.at(value), height - bottom + 4, "axis") +
               text_at(m_x.at(value), height - bottom + 17, label, "class=\"tick\" text-anchor=\"middle\"");
    }

    bool shows(const PlotLine& line, std::size_t i) const { return m_x.shows(line.x[i]) && m_y.shows(line.y[i]); }

    std::string band_of(const PlotLine& line) const {
        std::string forth, back;
        if (line.low.empty() || line.high.empty()) return {};
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (!shows(line, i) || !m_y.shows(line.low[i]) || !m_y.shows(line.high[i])) continue;
            const std::string x = coordinate(m_x.at(line.x[i])) + ' ';
            forth += (forth.empty() ? "M" : "L") + x + coordinate(m_y.at(line.high[i]));
            back = "L" + x + coordinate(m_y.at(line.low[i])) + back;
        }
        if (forth.empty()) return {};
        return "<path class=\"band\" fill=\"" + line.color + "\" d=\"" + forth + back + "Z\"/>\n";
    }

    std::string path_of(const PlotLine& line) const {
        std::string path, markers;
        bool is_drawn = false;
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (!shows(line, i)) {
                is_drawn = false;
                continue;
            }
            const double x = m_x.at(line.x[i]), y = m_y.at(line.y[i]);
            path += (is_drawn ? "L" : "M") + coordinate(x) + ' ' + coordinate(y);
            is_drawn = true;
            if (line.marker != 0) markers += marker_at(x, y, line.marker, line.color);
        }
        if (path.empty()) return {};
        const std::string dash = line.dash.empty() ? "" : " stroke-dasharray=\"" + line.dash + "\"";
        return "<path class=\"line\" stroke=\"" + line.color + "\"" + dash + " d=\"" + path + "\"/>\n" + markers;
    }

    std::string legend() const {
        if (m_plot.lines.size() < 2) return {};
        std::string text;
        const double column = (width - left - right) / 3;
        for (std::size_t i = 0; i < m_plot.lines.size(); ++i) {
            const PlotLine& line = m_plot.lines[i];
            const double x = left + column * static_cast<double>(i % 3);
            const double y = top + legend_line * (static_cast<double>(i / 3) + 0.5);
            const std::string dash = line.dash.empty() ? "" : " stroke-dasharray=\"" + line.dash + "\"";
            text += "<path class=\"line\" stroke=\"" + line.color + "\"" + dash + " d=\"M" + coordinate(x) + ' ' +
                    coordinate(y) + "h26\"/>\n";
            if (line.marker != 0) text += marker_at(x + 13, y, line.marker, line.color);
            text += text_at(x + 32, y + 4, line.name, "class=\"tick\"");
        }
        return text;
    }

    const LinePlot& m_plot;
    bool m_is_empty = false;
    Scale m_x, m_y;
};

}  // namespace

std::string svg_of(const LinePlot& plot) {
    return Drawing(plot).svg();
}

PlotLine thinned(const PlotLine& line, std::size_t most) {
    const std::size_t count = line.y.size();
    if (count <= most || most < 2 || !line.low.empty()) return line;
    PlotLine thin = line;
    thin.x.clear();
    thin.y.clear();
    const std::size_t stretches = most / 2;
    for (std::size_t s = 0; s < stretches; ++s) {
        const std::size_t begin = s * count / stretches, end = (s + 1) * count / stretches;
        std::size_t low = begin, high = begin;
        for (std::size_t i = begin; i < end; ++i) {
            if (line.y[i] < line.y[low]) low = i;
            if (line.y[i] > line.y[high]) high = i;
        }
        for (const std::size_t i : {std::min(low, high), std::max(low, high)}) {
            thin.x.push_back(line.x[i]);
            thin.y.push_back(line.y[i]);
            if (low == high) break;
        }
    }
    return thin;
}

}  // namespace normscope::report
