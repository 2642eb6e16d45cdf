#include "widgets/plots/PlotExporter.h"

#include "widgets/plots/PlotCard.h"
#include "widgets/plots/QCustomPlotInclude.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cmath>
#include <exception>
#include <stdexcept>

namespace normscope::widgets {
namespace {

constexpr int pictureScale = 2;

QString translated(const char* text) {
    return QCoreApplication::translate("PlotExporter", text);
}

[[noreturn]] void fail(const char* sentence) {
    throw std::runtime_error(translated(sentence).toStdString());
}

QByteArray pngBytes(PlotCard& plot) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    if (!plotImage(plot).save(&buffer, "PNG")) fail("The picture could not be made.");
    return buffer.data();
}

QByteArray svgBytes(PlotCard& plot) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(plot.logicalDpiX());  // fonts are set in points
    generator.setSize(plot.exportSize());
    generator.setViewBox(QRect(QPoint(), plot.exportSize()));
    generator.setTitle(plot.title().toHtmlEscaped());  // Qt 6.4 writes both as they are
    generator.setDescription(plot.recipeJson().toHtmlEscaped());
    QCPPainter painter;
    if (!painter.begin(&generator)) fail("The drawing could not be made.");
    painter.setMode(QCPPainter::pmVectorized);
    plot.paintExport(painter);
    painter.end();
    return buffer.data();
}

QByteArray pdfBytes(PlotCard& plot) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        const QSizeF points = QSizeF(plot.exportSize()) * 72 / plot.logicalDpiX();
        writer.setResolution(plot.logicalDpiX());
        writer.setPageSize(QPageSize(points, QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF());
        writer.setTitle(plot.title());
        writer.setCreator(QStringLiteral("NormScope"));
        if (!plot.recipeJson().isEmpty()) {
            writer.addFileAttachment(QStringLiteral("recipe.json"), plot.recipeJson().toUtf8(),
                                     QStringLiteral("application/json"));
        }
        QCPPainter painter;
        if (!painter.begin(&writer)) fail("The page could not be made.");
        painter.setMode(QCPPainter::pmVectorized);
        plot.paintExport(painter);
        painter.end();
    }
    return buffer.data();
}

}  // namespace

QString suffixOf(PlotFormat format) {
    switch (format) {
        case PlotFormat::Png: return QStringLiteral("png");
        case PlotFormat::Svg: return QStringLiteral("svg");
        case PlotFormat::Pdf: return QStringLiteral("pdf");
        case PlotFormat::Csv: return QStringLiteral("csv");
    }
    return {};
}

QImage plotImage(PlotCard& plot) {
    QImage image(plot.exportSize() * pictureScale, QImage::Format_RGB32);
    image.setDevicePixelRatio(pictureScale);
    const int dotsPerMeter = int(std::lround(plot.logicalDpiX() / 0.0254));
    image.setDotsPerMeterX(dotsPerMeter);
    image.setDotsPerMeterY(dotsPerMeter);
    QCPPainter painter;
    if (!painter.begin(&image)) fail("The picture could not be made.");
    plot.paintExport(painter);
    painter.end();
    image.setText(QStringLiteral("Title"), plot.title());
    image.setText(QStringLiteral("Software"), QStringLiteral("NormScope"));
    if (!plot.recipeJson().isEmpty()) image.setText(QStringLiteral("Recipe"), plot.recipeJson());
    return image;
}

QByteArray renderPlot(PlotCard& plot, PlotFormat format) {
    switch (format) {
        case PlotFormat::Png: return pngBytes(plot);
        case PlotFormat::Svg: return svgBytes(plot);
        case PlotFormat::Pdf: return pdfBytes(plot);
        case PlotFormat::Csv: return plot.csv();
    }
    return {};
}

std::optional<QString> exportPlot(PlotCard& plot, const QString& path, PlotFormat format) {
    try {
        plot.fileWriter()(path, renderPlot(plot, format));
        return std::nullopt;
    } catch (const std::exception& error) {
        const QString reason = QString::fromUtf8(error.what());
        const QString file = QDir::toNativeSeparators(path);
        if (reason.contains(file)) return reason;
        return translated("%1 was not written: %2").arg(file, reason);
    }
}

}  // namespace normscope::widgets
