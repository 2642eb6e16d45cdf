// Feature maps as cells with colour scales, as text and as files.
#pragma once

#include "app/pages/FeatureMapsQuestion.h"
#include "widgets/maps/FeatureMapCard.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace normscope::app {

/// What the page shows of the maps.
enum class MapsView { SelectedChannels, AllBefore, AllAfter, AllActivated };
/// What maps have a colour scale in common.
enum class MapsScale { EachMap, EachStage, Everything };

/// Stages 0, 1, 2: before, after, behind the activation (left out where there is none).
widgets::FeatureMapContent mapContent(const instruments::FeatureMaps& maps, MapsView view, MapsScale scale,
                                      const std::vector<ChannelIndex>& selected);

/// Rich text in two lines: where, and x, (x − μ)/√(σ² + eps)·γ + β = y with the numbers.
QString arithmeticText(const instruments::FeatureMaps& maps, int channel, int row, int column,
                       const widgets::ThemeColors& colors);

/// Rich text: the statistics a channel is normalized with, γ, β, and what becomes of its map.
QString channelText(const instruments::FeatureMaps& maps, int channel, const widgets::ThemeColors& colors);

/// All maps as one .npy file (stages, C, H, W). Stages are before, after and, if there is one, behind the activation.
QByteArray mapsArray(const instruments::FeatureMaps& maps);

struct MapFile {
    QString name;
    QByteArray bytes;
};

/// Every map as a picture with its scale in the image text "Scale", the array, and a table of the scales.
std::vector<MapFile> mapFiles(const ImageMaps& of, MapsScale scale, widgets::ColorScheme scheme);

}  // namespace normscope::app
