#include "widgets/plots/CurveData.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::widgets {
namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t mostSparseDots = 60;

/// Collects the extrema of one pixel column and writes them as one or two points.
class ColumnWriter {
   public:
    ColumnWriter(std::vector<QPointF>& line, double stepsPerPixel) : m_line(line), m_stepsPerPixel(stepsPerPixel) {}

    void add(double first, double last, double lower, double upper) {
        const double column = std::floor(first / m_stepsPerPixel);
        if (!m_open || column != m_column) {
            flush();
            m_open = true;
            m_column = column;
            m_first = first;
            m_lower = lower;
            m_upper = upper;
        }
        m_last = last;
        m_lower = std::min(m_lower, lower);
        m_upper = std::max(m_upper, upper);
    }

    void breakLine(double step) {
        flush();
        if (!m_line.empty() && !std::isnan(m_line.back().y())) m_line.emplace_back(step, gap);
    }

    void flush() {
        if (!m_open) return;
        m_open = false;
        if (m_lower == m_upper) {
            m_line.emplace_back(m_first, m_lower);
            if (m_last > m_first) m_line.emplace_back(m_last, m_lower);
            return;
        }
        // The extremum nearer to where the line comes from goes first: a rising line stays a line.
        const bool hasBefore = !m_line.empty() && !std::isnan(m_line.back().y());
        const double before = hasBefore ? m_line.back().y() : m_lower;
        const bool lowerFirst = std::abs(before - m_lower) <= std::abs(before - m_upper);
        m_line.emplace_back(m_first, lowerFirst ? m_lower : m_upper);
        m_line.emplace_back(m_last, lowerFirst ? m_upper : m_lower);
    }

   private:
    std::vector<QPointF>& m_line;
    double m_stepsPerPixel;
    bool m_open = false;
    double m_column = 0;
    double m_first = 0;
    double m_last = 0;
    double m_lower = 0;
    double m_upper = 0;
};

void addLonelyDots(CurveData& data) {
    const auto isGap = [&data](std::size_t i) { return i >= data.line.size() || std::isnan(data.line[i].y()); };
    for (std::size_t i = 0; i < data.line.size(); ++i) {
        const bool lonely = !isGap(i) && (i == 0 || isGap(i - 1)) && isGap(i + 1);
        if (lonely) data.dots.push_back(data.line[i]);
    }
}

}  // namespace

CurveData curveData(const std::vector<telemetry::SeriesSample>& samples, const ValueRange& visibleSteps, int pixels,
                    bool sparse) {
    CurveData data;
    data.line.reserve(std::min(samples.size(), std::size_t(std::max(pixels, 1))) * 2 + 8);
    // Columns narrower than a step would never hold two of them.
    ColumnWriter columns(data.line, std::max(visibleSteps.size() / std::max(pixels, 1), 1e-9));

    double lowest = std::numeric_limits<double>::infinity();
    double highest = -lowest;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const telemetry::SeriesSample& sample = samples[i];
        const double first = double(sample.first_step);
        const bool bucket = sample.minimum != sample.maximum && i + 1 < samples.size();
        const double last = bucket ? first + (double(samples[i + 1].first_step) - first) * 15 / 16 : first;

        const bool finiteLower = std::isfinite(sample.minimum);
        const bool finiteUpper = std::isfinite(sample.maximum);
        if (finiteLower || finiteUpper) {
            const double lower = double(finiteLower ? sample.minimum : sample.maximum);
            const double upper = double(finiteUpper ? sample.maximum : sample.minimum);
            columns.add(first, std::max(first, last), lower, upper);
            if (last >= visibleSteps.lower && first <= visibleSteps.upper) {
                lowest = std::min(lowest, lower);
                highest = std::max(highest, upper);
            }
        }
        if (sample.has_non_finite) {
            columns.breakLine(first);
            if (first >= visibleSteps.lower && first <= visibleSteps.upper) data.nonFinite.push_back(first);
        }
    }
    columns.flush();
    if (lowest <= highest) data.extrema = ValueRange{lowest, highest};

    if (sparse && samples.size() <= mostSparseDots) {
        for (const QPointF& point : data.line) {
            if (!std::isnan(point.y())) data.dots.push_back(point);
        }
    } else {
        addLonelyDots(data);
    }
    return data;
}

}  // namespace normscope::widgets
