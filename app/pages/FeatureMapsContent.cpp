#include "app/pages/FeatureMapsContent.h"

#include "core/io/Npy.h"
#include "widgets/plots/ValueText.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>

namespace normscope::app {

using instruments::FeatureMaps;
using widgets::ColorMapKind;
using widgets::FeatureMapContent;
using widgets::MapArrangement;
using widgets::MapCell;
using widgets::MapScale;
using widgets::scaleOf;
using widgets::shortText;

namespace {

constexpr int pictureScale = 8;  // pixels of a saved picture for each value

QString tr(const char* text) {
    return QCoreApplication::translate("FeatureMapsPage", text);
}

/// Before, after, activated.
struct StageData {
    const std::vector<float>* values;
    QString title;
    QString key;
    ColorMapKind kind;
};

std::vector<StageData> stagesOf(const FeatureMaps& maps) {
    const QString layer = QString::fromStdString(maps.layer), activation = QString::fromStdString(maps.activation);
    std::vector<StageData> stages{
        {&maps.before, tr("before %1").arg(layer), QStringLiteral("before"), ColorMapKind::Sequential},
        {&maps.after, tr("after %1").arg(layer), QStringLiteral("after"), ColorMapKind::Diverging}};
    if (!maps.activated.empty()) {
        const QString after = maps.behind_sum ? tr("after %1 of the sum") : tr("after %1");
        stages.push_back(
            {&maps.activated, after.arg(activation), QStringLiteral("activated"), ColorMapKind::Sequential});
    }
    return stages;
}

std::vector<std::span<const float>> mapsOf(const FeatureMaps& maps, const StageData& stage,
                                           const std::vector<int>& channels) {
    std::vector<std::span<const float>> found;
    for (const int channel : channels) found.push_back(maps.map(*stage.values, channel));
    return found;
}

/// Of each stage; none where each map has its own.
std::vector<std::optional<MapScale>> scalesOf(const FeatureMaps& maps, const std::vector<StageData>& stages,
                                              const std::vector<int>& channels, MapsScale scale) {
    std::vector<std::optional<MapScale>> scales(stages.size());
    std::vector<std::span<const float>> all;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const auto own = mapsOf(maps, stages[i], channels);
        all.insert(all.end(), own.begin(), own.end());
        if (scale == MapsScale::EachStage) scales[i] = scaleOf(own, stages[i].kind);
    }
    if (scale == MapsScale::Everything) scales.assign(stages.size(), scaleOf(all, ColorMapKind::Diverging));
    return scales;
}

MapCell cellOf(const FeatureMaps& maps, const std::vector<StageData>& stages, std::size_t stage, int channel,
               const std::optional<MapScale>& shared) {
    const auto values = maps.map(*stages[stage].values, channel);
    MapCell cell{.title = QString::number(channel),
                 .name = tr("%1, channel %2").arg(stages[stage].title).arg(channel),
                 .channel = channel,
                 .stage = static_cast<int>(stage),
                 .width = static_cast<int>(maps.width),
                 .height = static_cast<int>(maps.height),
                 .values = {values.begin(), values.end()}};
    cell.scale = shared.value_or(scaleOf({values}, stages[stage].kind));
    if (!shared) {
        const auto number = [](double value) { return QString::number(value, 'g', 2).replace('-', QChar(0x2212)); };
        cell.detail = tr("%1 … %2").arg(number(cell.scale.lower), number(cell.scale.upper));
    }
    return cell;
}

QString colored(const QString& text, const QColor& color) {
    return QStringLiteral("<span style='color:%1'>%2</span>").arg(color.name(), text);
}

/// In brackets if it is negative.
QString term(double value) {
    const QString text = shortText(value);
    return value < 0 ? QStringLiteral("(%1)").arg(text) : text;
}

QByteArray pngOf(const MapCell& cell, widgets::ColorScheme scheme) {
    QImage image =
        widgets::mapImage(cell.values, cell.width, cell.height, cell.scale, scheme, widgets::themeColors(scheme).warn);
    image = image.scaled(image.size() * pictureScale, Qt::IgnoreAspectRatio, Qt::FastTransformation);
    image.setText(QStringLiteral("Title"), cell.name);
    image.setText(QStringLiteral("Scale"),
                  QStringLiteral("%1 %2").arg(cell.scale.lower, 0, 'g', 9).arg(cell.scale.upper, 0, 'g', 9));
    image.setText(QStringLiteral("Software"), QStringLiteral("NormScope"));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

std::vector<int> allChannels(const FeatureMaps& maps) {
    std::vector<int> channels;
    for (int channel = 0; channel < static_cast<int>(maps.channels); ++channel) channels.push_back(channel);
    return channels;
}

}  // namespace

FeatureMapContent mapContent(const FeatureMaps& maps, MapsView view, MapsScale scale,
                             const std::vector<ChannelIndex>& selected) {
    const auto stages = stagesOf(maps);
    const bool table = view == MapsView::SelectedChannels;
    std::vector<int> chosen;
    for (const ChannelIndex channel : selected) {
        if (channel.value < maps.channels) chosen.push_back(static_cast<int>(channel.value));
    }
    FeatureMapContent content;
    if (table) {
        content.arrangement = MapArrangement::Table;
        const auto scales = scalesOf(maps, stages, chosen, scale);
        for (std::size_t stage = 0; stage < stages.size(); ++stage) {
            content.stages.push_back({stages[stage].title, stages[stage].key, scales[stage]});
        }
        for (const int channel : chosen) {
            for (std::size_t stage = 0; stage < stages.size(); ++stage) {
                content.cells.push_back(cellOf(maps, stages, stage, channel, scales[stage]));
                content.cells.back().title = tr("channel %1").arg(channel);
            }
        }
        return content;
    }
    const auto stage = static_cast<std::size_t>(view) - static_cast<std::size_t>(MapsView::AllBefore);
    if (stage >= stages.size()) return content;
    const auto channels = allChannels(maps);
    const auto scales = scalesOf(maps, stages, channels, scale);
    for (std::size_t i = 0; i < stages.size(); ++i) {
        content.stages.push_back({stages[i].title, stages[i].key, scales[i]});
    }
    // The one shown comes first, for the scale above the maps; cells know it by that place.
    std::swap(content.stages[0], content.stages[stage]);
    for (const int channel : channels) {
        MapCell cell = cellOf(maps, stages, stage, channel, scales[stage]);
        cell.stage = 0;
        cell.selected = std::ranges::find(chosen, channel) != chosen.end();
        content.cells.push_back(std::move(cell));
    }
    return content;
}

QString arithmeticText(const FeatureMaps& maps, int channel, int row, int column, const widgets::ThemeColors& colors) {
    const auto at = maps.arithmetic(channel, row, column);
    const QColor& statistics = maps.of_batch ? colors.batch : colors.running;
    const QString where = tr("channel %1 · row %2 · column %3").arg(channel).arg(row).arg(column);
    QString first = colored(where, colors.muted) + tr(" &nbsp; x = <b>%1</b> &nbsp; ").arg(shortText(at.x)) +
                    colored(maps.of_batch ? tr("μ and σ² of the batch") : tr("running mean and variance"), statistics);
    QString second =
        tr("(x − μ) / √(σ² + eps) · γ + β = (%1 − %2) / √(%3 + %4) · %5 + %6 = <b>%7</b>")
            .arg(shortText(at.x), colored(term(at.mean), statistics), colored(shortText(at.var), statistics),
                 shortText(at.eps), colored(term(at.weight), colors.gamma), colored(term(at.bias), colors.beta),
                 shortText(at.y));
    if (!maps.activated.empty()) {
        second += tr(" → %1 %2<b>%3</b>")
                      .arg(QString::fromStdString(maps.activation), maps.behind_sum ? tr("of the sum ") : QString(),
                           shortText(at.activated));
    }
    return first + QStringLiteral("<br>") + second;
}

QString channelText(const FeatureMaps& maps, int channel, const widgets::ThemeColors& colors) {
    const auto at = maps.arithmetic(channel, 0, 0);
    const QColor& statistics = maps.of_batch ? colors.batch : colors.running;
    const auto mean = [&](const std::vector<float>& of) {
        double sum = 0;
        for (const float value : maps.map(of, channel)) sum += value;
        return sum / static_cast<double>(maps.height * maps.width);
    };
    QString text = tr("channel %1 · %2 · %3 %4 · this map: mean %5 before, %6 after")
                       .arg(channel)
                       .arg(colored(tr("μ %1, σ² %2").arg(shortText(at.mean), shortText(at.var)), statistics),
                            colored(tr("γ %1").arg(shortText(at.weight)), colors.gamma),
                            colored(tr("β %1").arg(shortText(at.bias)), colors.beta), shortText(mean(maps.before)),
                            shortText(mean(maps.after)));
    if (maps.activated.empty()) return text;
    const auto map = maps.map(maps.activated, channel);
    const auto zeros = static_cast<double>(std::ranges::count(map, 0.0F)) / static_cast<double>(map.size());
    return text + tr(", %1 % zeros after %2")
                      .arg(QString::number(100 * zeros, 'f', 1), QString::fromStdString(maps.activation));
}

QByteArray mapsArray(const FeatureMaps& maps) {
    std::vector<float> values = maps.before;
    values.insert(values.end(), maps.after.begin(), maps.after.end());
    values.insert(values.end(), maps.activated.begin(), maps.activated.end());
    const std::array<std::int64_t, 4> dims{maps.activated.empty() ? 2 : 3, maps.channels, maps.height, maps.width};
    const auto bytes = io::npy_bytes(values, dims);
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

std::vector<MapFile> mapFiles(const ImageMaps& of, MapsScale scale, widgets::ColorScheme scheme) {
    const auto stages = stagesOf(of.maps);
    const auto channels = allChannels(of.maps);
    const auto scales = scalesOf(of.maps, stages, channels, scale);
    const QString stem = QStringLiteral("%1-%2%3-step%4")
                             .arg(QString::fromStdString(of.maps.layer), of.isHeldOut ? "held-out" : "training")
                             .arg(of.index)
                             .arg(of.step.value);
    std::vector<MapFile> files{{stem + QStringLiteral(".npy"), mapsArray(of.maps)}};
    QByteArray table = "file,stage,channel,scale_from,scale_to\n";
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
        for (const int channel : channels) {
            const MapCell cell = cellOf(of.maps, stages, stage, channel, scales[stage]);
            const QString name = QStringLiteral("%1-channel%2-%3.png")
                                     .arg(stem)
                                     .arg(channel, 3, 10, QLatin1Char('0'))
                                     .arg(stages[stage].key);
            table += name.toUtf8() + ',' + stages[stage].key.toUtf8() + ',' + QByteArray::number(channel) + ',' +
                     QByteArray::number(cell.scale.lower, 'g', 9) + ',' + QByteArray::number(cell.scale.upper, 'g', 9) +
                     '\n';
            files.push_back({name, pngOf(cell, scheme)});
        }
    }
    files.push_back({stem + QStringLiteral(".csv"), table});
    return files;
}

}  // namespace normscope::app
