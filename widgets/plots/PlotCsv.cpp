#include "widgets/plots/PlotCsv.h"

#include "widgets/plots/CurveReader.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

namespace normscope::widgets {
namespace {

using telemetry::SeriesSample;

QByteArray number(float value) {
    if (std::isnan(value)) return "nan";  // to_chars may write -nan
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), qsizetype(end - text.data())};
}

bool isRange(const SeriesSample& sample) {
    return sample.minimum != sample.maximum && !(std::isnan(sample.minimum) && std::isnan(sample.maximum));
}

}  // namespace

QString csvTextCell(const QString& text) {
    QString cell = text;
    const bool formula = !cell.isEmpty() && QStringLiteral("=+-@\t\r").contains(cell.front());
    if (formula) cell.prepend(QLatin1Char('\''));
    const bool quoted = cell.contains(QLatin1Char(',')) || cell.contains(QLatin1Char('"')) ||
                        cell.contains(QLatin1Char('\n')) || cell.contains(QLatin1Char('\r'));
    if (!quoted) return cell;
    return QLatin1Char('"') + cell.replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QByteArray plotCsv(const telemetry::SeriesStore& store, const std::vector<Curve>& curves) {
    std::vector<Curve> shown;
    for (const Curve& curve : curves) {
        if (curve.visible && storeOf(curve, &store)) shown.push_back(curve);
    }

    // step → the sample of each curve
    std::map<std::int64_t, std::vector<const SeriesSample*>> rows;
    std::vector<std::vector<SeriesSample>> samples;
    bool ranges = false;
    for (const Curve& curve : shown) {
        const telemetry::SeriesStore& source = *storeOf(curve, &store);
        samples.push_back(
            source.series(curve.series).samples(0, source.last_step().value, std::numeric_limits<std::size_t>::max()));
        if (curve.halfLife > 0) samples.back() = smoothed(samples.back(), curve.halfLife);
    }
    for (std::size_t i = 0; i < shown.size(); ++i) {
        for (const SeriesSample& sample : samples[i]) {
            auto& row = rows[sample.first_step];
            row.resize(shown.size());
            row[i] = &sample;
            ranges = ranges || isRange(sample);
        }
    }

    QByteArray csv = "step";
    for (const Curve& curve : shown) {
        if (ranges) {
            csv += ',' + csvTextCell(curve.name + QStringLiteral(" (min)")).toUtf8();
            csv += ',' + csvTextCell(curve.name + QStringLiteral(" (max)")).toUtf8();
        } else {
            csv += ',' + csvTextCell(curve.name).toUtf8();
        }
    }
    csv += '\n';
    for (const auto& [step, cells] : rows) {
        csv += QByteArray::number(qlonglong(step));
        for (const SeriesSample* cell : cells) {
            csv += ',';
            if (cell != nullptr) csv += number(cell->minimum);
            if (ranges) csv += ',';
            if (ranges && cell != nullptr) csv += number(cell->maximum);
        }
        csv += '\n';
    }
    return csv;
}

}  // namespace normscope::widgets
