#include "widgets/plots/CurveReader.h"

#include "widgets/plots/ValueText.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>

namespace normscope::widgets {

using telemetry::SeriesPyramid;
using telemetry::SeriesSample;

namespace {

constexpr std::int64_t widestBucket = 16 * 16 * 16;
constexpr double halfLivesOfMemory = 20;  ///< older values weigh less than a millionth
constexpr std::size_t finest = SeriesPyramid::raw_capacity + SeriesPyramid::level_capacity;

QString translated(const char* text) {
    return QCoreApplication::translate("normscope::widgets::PlotCanvas", text);
}

/// The pyramid's levels are a factor 16 apart: asking for two samples a pixel would give one for eight pixels just
/// above that. What its two finest levels hold is read instead, and reduced to two a pixel when it is drawn.
std::vector<SeriesSample> rawSamples(const SeriesPyramid& series, std::int64_t first, std::int64_t last) {
    std::vector<SeriesSample> samples = series.samples(first, last, finest);
    if (samples.empty() || samples.back().minimum == samples.back().maximum) return samples;
    // A bucket ends where the next one begins, which may be far outside.
    const std::int64_t from = samples.back().first_step + 1;
    for (const SeriesSample& next : series.samples(from, from + widestBucket, finest)) {
        if (next.first_step < from) continue;
        samples.push_back(next);
        break;
    }
    return samples;
}

std::int64_t memoryOf(const Curve& curve) {
    return std::int64_t(std::ceil(curve.halfLife * halfLivesOfMemory));
}

}  // namespace

const telemetry::SeriesStore* storeOf(const Curve& curve, const telemetry::SeriesStore* common) {
    const telemetry::SeriesStore* store = curve.store ? curve.store.get() : common;
    const bool known = store && curve.series.value >= 0 && std::size_t(curve.series.value) < store->schema().size();
    return known ? store : nullptr;
}

std::vector<SeriesSample> curveSamples(const Curve& curve, const telemetry::SeriesStore& store, std::int64_t first,
                                       std::int64_t last) {
    const SeriesPyramid& series = store.series(curve.series);
    if (curve.halfLife <= 0) return rawSamples(series, first, last);
    std::vector<SeriesSample> means = smoothed(rawSamples(series, first - memoryOf(curve), last), curve.halfLife);
    const auto begin = std::ranges::lower_bound(means, first, {}, &SeriesSample::first_step);
    if (begin != means.begin()) means.erase(means.begin(), std::prev(begin));
    return means;
}

std::vector<SeriesSample> smoothed(const std::vector<SeriesSample>& samples, double halfLife) {
    std::vector<SeriesSample> means;
    means.reserve(samples.size());
    double mean = 0;
    std::int64_t before = 0;
    bool begun = false;
    for (const SeriesSample& sample : samples) {
        const double value = (double(sample.minimum) + double(sample.maximum)) / 2;
        if (sample.has_non_finite || !std::isfinite(value)) {
            means.push_back({sample.first_step, std::numeric_limits<float>::quiet_NaN(),
                             std::numeric_limits<float>::quiet_NaN(), true});
            begun = false;
            continue;
        }
        const double kept = begun ? std::exp2(-double(sample.first_step - before) / halfLife) : 0;
        mean = value + (mean - value) * kept;
        before = sample.first_step;
        begun = true;
        means.push_back({sample.first_step, float(mean), float(mean), false});
    }
    return means;
}

std::vector<SeriesSample> logarithms(const std::vector<SeriesSample>& samples) {
    std::vector<SeriesSample> result;
    result.reserve(samples.size());
    for (SeriesSample sample : samples) {
        if (sample.maximum <= 0 && !sample.has_non_finite) continue;
        // A bucket that begins at 0 or below reaches off the axis: what is above 0 of it is drawn.
        const float lower = sample.minimum > 0 ? sample.minimum : sample.maximum;
        sample.minimum = std::log10(lower);
        sample.maximum = std::log10(sample.maximum);
        result.push_back(sample);
    }
    return result;
}

QString valueText(const Curve& curve, const telemetry::SeriesStore& store, std::int64_t step) {
    const SeriesPyramid& series = store.series(curve.series);
    if (curve.halfLife <= 0) {
        if (const auto value = series.value_at(step)) return exactText(*value);
    }
    // Measured at some steps only, or too long ago for single values: the sample before.
    const auto samples = curve.halfLife > 0 ? curveSamples(curve, store, step, step)
                                            : series.samples(step, step, SeriesPyramid::raw_capacity);
    const SeriesSample* before = nullptr;
    for (const SeriesSample& sample : samples) {
        if (sample.first_step <= step) before = &sample;
    }
    if (before == nullptr) return QStringLiteral("–");
    if (curve.halfLife > 0) return shortText(double(before->minimum));
    if (before->minimum == before->maximum || (std::isnan(before->minimum) && std::isnan(before->maximum))) {
        return translated("%1 (step %2)").arg(exactText(before->minimum)).arg(before->first_step);
    }
    return translated("%1 … %2").arg(exactText(before->minimum), exactText(before->maximum));
}

}  // namespace normscope::widgets
