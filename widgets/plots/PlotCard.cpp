#include "widgets/plots/PlotCard.h"

#include "widgets/plots/LegendEntry.h"
#include "widgets/plots/PlotLegend.h"
#include "widgets/plots/QCustomPlotInclude.h"
#include "widgets/theme/Theme.h"

#include <QAction>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QPointer>
#include <QRegularExpression>
#include <QSaveFile>

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace normscope::widgets {
namespace {

constexpr int sidePadding = 14;
constexpr int headerHeight = 30;
constexpr int canvasInset = 4;
constexpr QSize smallestExport(480, 260);

/// Until the app gives its own.
void writeAtomically(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    const bool done = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    if (!done) throw std::runtime_error(file.errorString().toStdString());
}

}  // namespace

PlotCard::PlotCard(Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_fileWriter(writeAtomically), m_legend(new PlotLegend(theme, this)) {
    m_pathQuestion = [this](const QString& suggestion, const QString& filter) {
        return QFileDialog::getSaveFileName(this, tr("Save plot"), suggestion, filter);
    };
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    makeActions();
    connect(m_legend, &PlotLegend::curveToggled, this, &PlotCard::toggleCurve);
    connect(&theme, &Theme::changed, this, [this] {
        setLegendCurves(std::vector<Curve>(legendCurves()));
        update();
    });
}

void PlotCard::setCanvas(QWidget* canvas) {
    m_canvas = canvas;
    m_canvas->setAccessibleName(tr("Plot"));
    setFocusProxy(canvas);
    arrange();
}

QAction* PlotCard::addCardAction(const char* name, const QString& text, const QString& icon) {
    auto* action = new QAction(m_theme.icon(icon), text, this);
    action->setObjectName(QLatin1String(name));
    addAction(action);
    return action;
}

void PlotCard::addSeparator() {
    auto* line = new QAction(this);
    line->setSeparator(true);
    addAction(line);
}

void PlotCard::makeActions() {
    const auto save = [this](const char* name, const QString& text, const char* icon, PlotFormat format) {
        connect(addCardAction(name, text, QLatin1String(icon)), &QAction::triggered, this,
                [this, format] { saveAs(format); });
    };
    save("savePng", tr("Save as PNG…"), "image", PlotFormat::Png);
    save("saveSvg", tr("Save as SVG…"), "image", PlotFormat::Svg);
    save("savePdf", tr("Save as PDF…"), "export", PlotFormat::Pdf);
    save("saveCsv", tr("Save as CSV…"), "export", PlotFormat::Csv);
    addSeparator();
    connect(addCardAction("copyPicture", tr("Copy picture"), QStringLiteral("copy")), &QAction::triggered, this,
            &PlotCard::copyPicture);
}

void PlotCard::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(actions());
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu->popup(byKey ? m_canvas->mapToGlobal(m_canvas->rect().center()) : event->globalPos());
    event->accept();
}

void PlotCard::setTitle(const QString& title) {
    if (title == m_title) return;
    m_title = title;
    setAccessibleName(title);
    if (m_canvas) m_canvas->setAccessibleName(tr("Plot: %1").arg(title));
    update();
}

void PlotCard::setUnit(const QString& unit) {
    m_unit = unit;
    update();
}

void PlotCard::setLegendCurves(const std::vector<Curve>& curves) {
    m_legendCurves = curves;
    m_legend->setCurves(curves);
    arrange();
}

void PlotCard::toggleCurve(int index, bool shown) {
    m_legendCurves.at(static_cast<std::size_t>(index)).visible = shown;
}

void PlotCard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void PlotCard::arrange() {
    if (!m_canvas) return;
    // Entries draw 3 px inside themselves, so that a focus ring has room.
    const int rows = m_legend->heightForWidth(width() - 2 * sidePadding + 6);
    const int legendTop = m_theme.scaled(headerHeight);
    m_legend->setGeometry(sidePadding - 3, legendTop, width() - 2 * sidePadding + 6, rows);
    const int top = legendTop + rows;
    m_canvas->setGeometry(canvasInset, top, width() - 2 * canvasInset, std::max(20, height() - top - canvasInset));
}

void PlotCard::paintHeader(QPainter& painter, int width) const {
    const ThemeColors& colors = m_theme.colors();
    const QRectF line(sidePadding, m_theme.scaled(8), width - 2 * sidePadding, m_theme.scaled(22));
    painter.setFont(m_theme.font(TextRole::MonoTick));
    painter.setPen(colors.faint);
    const double unitWidth = QFontMetricsF(painter.font(), painter.device()).horizontalAdvance(m_unit);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, m_unit);
    painter.setFont(m_theme.font(TextRole::PlotTitle));
    painter.setPen(colors.text);
    const double room = line.width() - unitWidth - 10;
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font(), painter.device()).elidedText(m_title, Qt::ElideRight, room));
}

void PlotCard::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_canvas && m_canvas->hasFocus() ? colors.accent : colors.border, 1));
    painter.setBrush(colors.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10);
    paintHeader(painter, width());
}

QSize PlotCard::exportSize() const {
    return size().expandedTo(smallestExport);
}

void PlotCard::paintExport(QCPPainter& painter) {
    const QSize all = exportSize();
    prepareExport();
    painter.fillRect(QRect(QPoint(), all), m_theme.colors().surface);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHeader(painter, all.width());

    int x = sidePadding;
    int y = m_theme.scaled(headerHeight);
    const std::vector<Curve> curves = legendCurves();
    for (const Curve& curve : curves) {
        if (!curve.visible) continue;
        const int wanted = LegendEntry::entryWidth(m_theme, curve);
        if (x > sidePadding && x + wanted > all.width() - sidePadding) {
            x = sidePadding;
            y += LegendEntry::entryHeight(m_theme);
        }
        LegendEntry::paintEntry(painter, QRectF(x, y, wanted, LegendEntry::entryHeight(m_theme)), m_theme, curve, true);
        x += wanted;
    }
    const int top = y + (curves.empty() ? 0 : LegendEntry::entryHeight(m_theme));
    painter.save();
    painter.translate(canvasInset, top);
    paintCanvas(painter, {all.width() - 2 * canvasInset, all.height() - top - canvasInset});
    painter.restore();
}

void PlotCard::saveAs(PlotFormat format) {
    const QString suffix = suffixOf(format);
    QString name = m_title.toLower().replace(QRegularExpression(QStringLiteral("[^\\w]+")), QStringLiteral("-"));
    while (name.endsWith(QLatin1Char('-'))) name.chop(1);
    if (name.isEmpty()) name = QStringLiteral("plot");
    const QPointer<PlotCard> alive(this);  // the question may run an event loop
    QString path =
        m_pathQuestion(name + QLatin1Char('.') + suffix, tr("%1 files (*.%2)").arg(suffix.toUpper(), suffix));
    if (alive.isNull() || path.isEmpty()) return;
    if (!path.endsWith(QLatin1Char('.') + suffix, Qt::CaseInsensitive)) path += QLatin1Char('.') + suffix;
    if (const auto sentence = exportPlot(*this, path, format)) {
        emit exportFailed(*sentence);
    } else {
        emit exported(path);
    }
}

void PlotCard::copyPicture() {
    try {
        QGuiApplication::clipboard()->setImage(plotImage(*this));
    } catch (const std::exception& error) {
        emit exportFailed(QString::fromUtf8(error.what()));
    }
}

}  // namespace normscope::widgets
