#include "widgets/plots/SeriesPlot.h"

#include "widgets/plots/LegendEntry.h"
#include "widgets/plots/PlotCanvas.h"
#include "widgets/plots/PlotLegend.h"
#include "widgets/plots/PlotMarks.h"
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
#include <QTimer>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr int sidePadding = 14;
constexpr int legendTop = 30;
constexpr int canvasInset = 4;
constexpr QSize smallestExport(480, 260);

/// Until the app gives its own.
void writeAtomically(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    const bool done = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    if (!done) throw std::runtime_error(file.errorString().toStdString());
}

}  // namespace

SeriesPlot::SeriesPlot(Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_fileWriter(writeAtomically),
      m_legend(new PlotLegend(theme, this)),
      m_canvas(new PlotCanvas(theme, this)),
      m_refresh(new QTimer(this)) {
    m_pathQuestion = [this](const QString& suggestion, const QString& filter) {
        return QFileDialog::getSaveFileName(this, tr("Save plot"), suggestion, filter);
    };
    setToolTip(
        tr("Wheel: zoom steps (with Shift or over the value axis: values). Drag: move. "
           "Ctrl+drag: zoom to a rectangle. Double click or Esc: follow the run. "
           "Arrow keys: move the cursor."));
    m_refresh->setSingleShot(true);
    m_refresh->setInterval(0);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusProxy(m_canvas);
    makeActions();
    connectCanvas();
    connect(m_refresh, &QTimer::timeout, this, &SeriesPlot::markDirty);
    connect(m_legend, &PlotLegend::curveToggled, this, [this](int index, bool shown) {
        m_canvas->setCurveVisible(index, shown);
        scheduleRefresh();
    });
    connect(&theme, &Theme::changed, this, [this] {
        update();
        scheduleRefresh();
    });
}

void SeriesPlot::connectCanvas() {
    connect(m_canvas, &PlotCanvas::stepRangeEdited, this, &SeriesPlot::xRangeChanged);
    connect(m_canvas, &PlotCanvas::followChosen, this, &SeriesPlot::followStarted);
    connect(m_canvas, &PlotCanvas::cursorHovered, this, &SeriesPlot::cursorMoved);
    connect(m_canvas, &PlotCanvas::cursorGone, this, &SeriesPlot::cursorLeft);
    connect(m_canvas, &PlotCanvas::focusChanged, this, qOverload<>(&QWidget::update));
}

void SeriesPlot::makeActions() {
    const auto add = [this](const char* name, const QString& text, const QString& icon, auto slot) {
        auto* action = new QAction(m_theme.icon(icon), text, this);
        action->setObjectName(QLatin1String(name));
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
    };
    const auto separate = [this] {
        auto* line = new QAction(this);
        line->setSeparator(true);
        addAction(line);
    };
    const QString picture = QStringLiteral("image");
    const QString file = QStringLiteral("export");
    add("savePng", tr("Save as PNG…"), picture, [this] { saveAs(PlotFormat::Png); });
    add("saveSvg", tr("Save as SVG…"), picture, [this] { saveAs(PlotFormat::Svg); });
    add("savePdf", tr("Save as PDF…"), file, [this] { saveAs(PlotFormat::Pdf); });
    add("saveCsv", tr("Save as CSV…"), file, [this] { saveAs(PlotFormat::Csv); });
    separate();
    add("copyPicture", tr("Copy picture"), QStringLiteral("copy"), [this] { copyPicture(); });
    separate();
    add("followNewest", tr("Follow newest"), QStringLiteral("follow"), [this] {
        m_canvas->followSteps();
        scheduleRefresh();
        emit followStarted();
    });
    add("resetZoom", tr("Reset zoom"), QStringLiteral("zoom-out"), [this] {
        follow();
        emit followStarted();
    });
}

void SeriesPlot::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(actions());
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu->popup(byKey ? m_canvas->mapToGlobal(m_canvas->rect().center()) : event->globalPos());
    event->accept();
}

void SeriesPlot::setTitle(const QString& title) {
    if (title == m_title) return;
    m_title = title;
    setAccessibleName(title);
    m_canvas->setAccessibleName(tr("Plot: %1").arg(title));
    update();
}

void SeriesPlot::setUnit(const QString& unit) {
    m_unit = unit;
    update();
}

void SeriesPlot::setValueRange(std::optional<ValueRange> range, RangeMode mode) {
    m_canvas->setValueRange(range, mode == RangeMode::AtLeast);
    scheduleRefresh();
}

void SeriesPlot::setStore(std::shared_ptr<const telemetry::SeriesStore> store) {
    m_canvas->setStore(std::move(store));
    scheduleRefresh();
}

const telemetry::SeriesStore* SeriesPlot::store() const {
    return m_canvas->store();
}

void SeriesPlot::setCurves(std::vector<Curve> curves) {
    m_legend->setCurves(curves);
    m_canvas->setCurves(std::move(curves));
    arrange();
    scheduleRefresh();
}

const std::vector<Curve>& SeriesPlot::curves() const {
    return m_canvas->curves();
}

void SeriesPlot::setEvents(std::vector<telemetry::RunEvent> events) {
    m_canvas->setEvents(std::move(events));
    scheduleRefresh();
}

void SeriesPlot::setEmptyText(const QString& text) {
    m_canvas->setEmptyText(text);
    scheduleRefresh();
}

bool SeriesPlot::isFollowing() const {
    return m_canvas->isFollowing();
}
ValueRange SeriesPlot::xRange() const {
    return m_canvas->stepRange();
}
ValueRange SeriesPlot::yRange() const {
    return m_canvas->valueRange();
}
std::optional<double> SeriesPlot::cursorStep() const {
    return m_canvas->plotCursor().step();
}
std::vector<double> SeriesPlot::nonFiniteSteps() const {
    return m_canvas->valueMarks().nonFinite();
}
std::vector<QRectF> SeriesPlot::eventLabelRects() const {
    return m_canvas->eventMarks().labelRects();
}
int SeriesPlot::replotCount() const {
    return m_canvas->replotCount();
}

/// Several settings in a row give one replot.
void SeriesPlot::scheduleRefresh() {
    m_dirty = true;
    if (isVisible() && !m_refresh->isActive()) m_refresh->start();
}

void SeriesPlot::markDirty() {
    m_dirty = true;
    if (!isVisible()) return;
    m_refresh->stop();
    m_dirty = false;
    m_canvas->refresh();
}

void SeriesPlot::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_dirty) scheduleRefresh();
}

void SeriesPlot::setXRange(double lower, double upper) {
    m_canvas->zoomSteps(lower, upper);
    scheduleRefresh();
}

void SeriesPlot::follow() {
    m_canvas->follow();
    scheduleRefresh();
}

void SeriesPlot::setCursor(std::optional<double> step) {
    m_canvas->showCursor(step);
}

int SeriesPlot::legendHeight(int width) const {
    return m_legend->heightForWidth(width - 2 * sidePadding + 6);
}

void SeriesPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void SeriesPlot::arrange() {
    const int rows = legendHeight(width());
    // Entries draw 3 px inside themselves, so that a focus ring has room.
    m_legend->setGeometry(sidePadding - 3, legendTop, width() - 2 * sidePadding + 6, rows);
    const int top = legendTop + rows;
    m_canvas->setGeometry(canvasInset, top, width() - 2 * canvasInset, std::max(20, height() - top - canvasInset));
}

void SeriesPlot::paintHeader(QPainter& painter, int width) const {
    const ThemeColors& colors = m_theme.colors();
    const QRectF line(sidePadding, 8, width - 2 * sidePadding, 22);
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

void SeriesPlot::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_canvas->hasFocus() ? colors.accent : colors.border, 1));
    painter.setBrush(colors.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10);
    paintHeader(painter, width());
}

QSize SeriesPlot::exportSize() const {
    return size().expandedTo(smallestExport);
}

void SeriesPlot::paintExport(QCPPainter& painter) {
    const QSize all = exportSize();
    if (m_dirty) {
        m_dirty = false;
        m_canvas->refresh();
    }
    painter.fillRect(QRect(QPoint(), all), m_theme.colors().surface);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHeader(painter, all.width());

    int x = sidePadding;
    int y = legendTop;
    for (const Curve& curve : curves()) {
        if (!curve.visible) continue;
        const int wanted = LegendEntry::entryWidth(m_theme, curve);
        if (x > sidePadding && x + wanted > all.width() - sidePadding) {
            x = sidePadding;
            y += LegendEntry::height;
        }
        LegendEntry::paintEntry(painter, QRectF(x, y, wanted, LegendEntry::height), m_theme, curve, true);
        x += wanted;
    }
    const int top = y + (curves().empty() ? 0 : LegendEntry::height);
    painter.save();
    painter.translate(canvasInset, top);
    m_canvas->drawTo(painter, {all.width() - 2 * canvasInset, all.height() - top - canvasInset});
    painter.restore();
}

void SeriesPlot::saveAs(PlotFormat format) {
    const QString suffix = suffixOf(format);
    QString name = m_title.toLower().replace(QRegularExpression(QStringLiteral("[^\\w]+")), QStringLiteral("-"));
    while (name.endsWith(QLatin1Char('-'))) name.chop(1);
    if (name.isEmpty()) name = QStringLiteral("plot");
    const QPointer<SeriesPlot> alive(this);  // the question may run an event loop
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

void SeriesPlot::copyPicture() {
    try {
        QGuiApplication::clipboard()->setImage(plotImage(*this));
    } catch (const std::exception& error) {
        emit exportFailed(QString::fromUtf8(error.what()));
    }
}

}  // namespace normscope::widgets
