// A plot as a file: picture, vector graphics or values.
#pragma once

#include <QByteArray>
#include <QImage>
#include <QString>

#include <optional>

namespace normscope::widgets {

class PlotCard;

enum class PlotFormat { Png, Svg, Pdf, Csv };

/// "png", "svg", "pdf", "csv".
QString suffixOf(PlotFormat format);

/// Title, unit, legend and curves as on the screen, at twice its pixels; the recipe is in the image text "Recipe".
QImage plotImage(PlotCard& plot);

/// The file's bytes, made in memory. Throws std::runtime_error with a sentence if that fails.
QByteArray renderPlot(PlotCard& plot, PlotFormat format);

/// Renders and gives the bytes to the plot's file writer. Nothing, or a sentence that names the file and says why it
/// could not be written; a file that was there before is then as it was.
std::optional<QString> exportPlot(PlotCard& plot, const QString& path, PlotFormat format);

}  // namespace normscope::widgets
