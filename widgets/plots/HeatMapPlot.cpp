#include "widgets/plots/HeatMapPlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/DecadeTicker.h"
#include "widgets/plots/HeatMapImage.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace normscope::widgets {
namespace {

constexpr double atEitherEnd = 0.01;  ///< share of the cells that may lie beyond the colours
constexpr std::int64_t fewestSteps = 8;

QByteArray cellText(float value) {
    if (std::isnan(value)) return {};
    if (std::isinf(value)) return "nan";  // drawn as not finite
    return QByteArray::number(double(value), 'g', 9);
}

}  // namespace

HeatMapPlot::HeatMapPlot(Theme& theme, QWidget* parent)
    : HoverChart(theme, parent), m_scale(new QCPColorScale(&chart())), m_item(new HeatMapImage(&chart(), theme)) {
    m_item->setLayer(QStringLiteral("main"));
    chart().yAxis->setRangeReversed(true);
    chart().yAxis->grid()->setVisible(false);
    chart().yAxis->setTickLabelPadding(HeatMapImage::gutter);
    chart().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new StepTicker));
    chart().xAxis->setLabel(tr("step"));
    chart().xAxis->setLabelPadding(1);
    m_scale->setType(QCPAxis::atRight);
    m_scale->setBarWidth(10);
    m_scale->setMargins({4, 6, 0, 6});
    chart().plotLayout()->addElement(0, 1, m_scale);
    auto* group = new QCPMarginGroup(&chart());
    chart().axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, group);
    m_scale->setMarginGroup(QCP::msTop | QCP::msBottom, group);
}

void HeatMapPlot::setData(HeatMapData data) {
    m_data = std::move(data);
    m_data.cells.resize(m_data.rows.size() * std::size_t(std::max(m_data.grid.count, 0)),
                        std::numeric_limits<float>::quiet_NaN());
    if (!m_zoom) m_lastKnown = std::max<std::int64_t>(1, m_data.grid.end() - 1);
    m_row = std::clamp(m_row, 0, std::max(0, int(m_data.rows.size()) - 1));
    markDirty();
}

void HeatMapPlot::setViewedStep(std::optional<std::int64_t> step) {
    if (step == m_viewed) return;
    m_viewed = step;
    markDirty();
}

bool HeatMapPlot::isEmpty() const {
    return m_data.rows.empty() || m_data.grid.count == 0;
}

float HeatMapPlot::cell(int row, int column) const {
    return m_data.cells[std::size_t(row) * std::size_t(m_data.grid.count) + std::size_t(column)];
}

int HeatMapPlot::pixelColumns() const {
    // Labels and scale take about this much before the first layout.
    const int inside = const_cast<HeatMapPlot*>(this)->chart().axisRect()->width();
    return std::max(32, inside > 40 ? inside : width() - 130);
}

double HeatMapPlot::scaled(double value) const {
    if (!m_data.logarithmic) return value;
    return value > 0 ? std::log10(value) : -std::numeric_limits<double>::infinity();
}

void HeatMapPlot::findRange() {
    std::vector<double> values;
    values.reserve(m_data.cells.size());
    for (const float value : m_data.cells) {
        const double position = scaled(double(value));
        if (std::isfinite(position)) values.push_back(position);
    }
    m_range = {0, 1};
    if (values.empty()) return;
    const auto quantile = [&values](double share) {
        const auto at = values.begin() + std::ptrdiff_t(std::llround(share * double(values.size() - 1)));
        std::nth_element(values.begin(), at, values.end());
        return *at;
    };
    double lower = quantile(atEitherEnd);
    double upper = quantile(1 - atEitherEnd);
    if (m_data.colors == ColorMapKind::Diverging) {
        upper = std::max(std::abs(lower), std::abs(upper));
        if (upper == 0) upper = std::abs(quantile(0)) + std::abs(quantile(1));
        if (upper == 0) upper = 1;
        lower = -upper;
    } else if (!(upper - lower > 1e-6 * std::max(std::abs(lower), std::abs(upper)))) {
        const double air = std::max(0.5 * std::abs(upper), m_data.logarithmic ? 0.1 : 1e-3);
        lower -= air;
        upper += air;
    }
    m_range = {lower, upper};
}

QRgb HeatMapPlot::colorFor(float value, int x, int y) const {
    if (std::isnan(value)) return theme().colors().surface.rgb();
    // Not a finite number: a chequered patch, which no scale contains.
    if (std::isinf(value)) return ((x + y) % 2 == 0 ? theme().colors().warn : theme().colors().warnBackground).rgb();
    const double share = (scaled(double(value)) - m_range.first) / (m_range.second - m_range.first);
    return m_table[std::size_t(std::clamp(share, 0.0, 1.0) * 255 + 0.5)];
}

QColor HeatMapPlot::colorOf(int row, int column) const {
    return QColor::fromRgb(colorFor(cell(row, column), column, row));
}

QRectF HeatMapPlot::cellRect(int row, int column) const {
    const QCustomPlot& plot = const_cast<HeatMapPlot*>(this)->chart();
    const double left = plot.xAxis->coordToPixel(double(m_data.grid.begin(column)) - 0.5);
    const double right = plot.xAxis->coordToPixel(double(m_data.grid.begin(column + 1)) - 0.5);
    const double top = plot.yAxis->coordToPixel(row);
    return {left, top, right - left, plot.yAxis->coordToPixel(row + 1) - top};
}

void HeatMapPlot::draw() {
    m_table = colorTable(m_data.colors, theme().scheme());
    m_scale->setVisible(!isEmpty());
    m_scale->axis()->setVisible(!isEmpty());
    if (isEmpty()) {
        m_item->setImage({}, 0, 1);
        m_item->setMarks({});
        hideReadout();
        return;
    }
    findRange();
    drawImage();
    drawScale();
    labelRows();
}

void HeatMapPlot::drawImage() {
    const int rows = int(m_data.rows.size());
    m_image = QImage(m_data.grid.count, rows, QImage::Format_RGB32);
    for (int y = 0; y < rows; ++y) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y));
        for (int x = 0; x < m_data.grid.count; ++x) line[x] = colorFor(cell(y, x), x, y);
    }
    const double left = double(m_data.grid.first) - 0.5;
    const double right = double(m_data.grid.end()) - 0.5;
    m_item->setImage(m_image, left, right);
    m_item->setViewed(m_viewed ? std::optional(double(*m_viewed)) : std::nullopt);
    std::vector<HeatMapImage::RowMark> marks;
    for (const HeatMapRow& row : m_data.rows) marks.push_back({row.selected, !row.mark.isEmpty()});
    m_item->setMarks(std::move(marks));
    chart().xAxis->setRange(left, right);
    chart().yAxis->setRange(0, rows);
}

void HeatMapPlot::drawScale() {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    const std::vector<QColor> stops = colorStops(m_data.colors, theme().scheme());
    for (std::size_t i = 0; i < stops.size(); ++i) {
        gradient.setColorStopAt(double(i) / double(stops.size() - 1), stops[i]);
    }
    m_scale->setGradient(gradient);
    m_scale->setDataRange({m_range.first, m_range.second});
    QCPAxis* axis = m_scale->axis();
    axis->setTicker(m_data.logarithmic ? QSharedPointer<QCPAxisTicker>(new DecadeTicker)
                                       : QSharedPointer<QCPAxisTicker>(new ValueTicker));
    axis->setTickLabelFont(theme().font(TextRole::MonoTick));
    axis->setTickLabelColor(theme().colors().faint);
    axis->setSubTicks(false);
    axis->setTickLength(0);
    axis->setTickPen(QPen(theme().colors().surface));
    axis->setBasePen(Qt::NoPen);
    for (QCPAxis* edge : axis->axisRect()->axes()) edge->setBasePen(Qt::NoPen);
}

/// As many labels as fit, the selected rows first.
void HeatMapPlot::labelRows() {
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const int rows = int(m_data.rows.size());
    const double rowHeight = std::max(1.0, double(chart().axisRect()->height())) / rows;
    std::vector<bool> taken(std::size_t(rows), false);
    const int apart = std::max(1, int(std::ceil(12 / rowHeight)));
    const auto label = [&](int row) {
        for (int near = std::max(0, row - apart + 1); near < std::min(rows, row + apart); ++near) {
            if (taken[std::size_t(near)]) return;
        }
        taken[std::size_t(row)] = true;
        ticker->addTick(row + 0.5, m_data.rows[std::size_t(row)].label);
    };
    for (int row = 0; row < rows; ++row) {
        if (m_data.rows[std::size_t(row)].selected) label(row);
    }
    for (int row = 0; row < rows; ++row) label(row);
    chart().yAxis->setTicker(ticker);
}

std::optional<std::pair<int, std::int64_t>> HeatMapPlot::placeAt(const QPointF& at) const {
    const QCustomPlot& plot = const_cast<HeatMapPlot*>(this)->chart();
    if (isEmpty() || !plot.axisRect()->rect().contains(at.toPoint())) return std::nullopt;
    const int row = int(std::floor(plot.yAxis->pixelToCoord(at.y())));
    const auto step = std::int64_t(std::llround(plot.xAxis->pixelToCoord(at.x())));
    return std::pair(std::clamp(row, 0, int(m_data.rows.size()) - 1),
                     std::clamp(step, m_data.grid.first, m_data.grid.end() - 1));
}

void HeatMapPlot::pointAt(int row, std::int64_t step) {
    m_row = row;
    m_step = step;
    const int column = std::max(0, m_data.grid.columnOf(step));
    const HeatMapRow& meant = m_data.rows[std::size_t(row)];
    const float value = cell(row, column);
    const QString text = m_reader ? m_reader(meant.id, step) : exactText(value);
    const QColor swatch = std::isnan(value) ? QColor() : colorOf(row, column);
    std::vector<PlotCursor::Row> rows{{swatch, meant.name, text}};
    if (!meant.mark.isEmpty()) rows.push_back({{}, tr("×"), meant.mark});
    const double x = chart().xAxis->coordToPixel(double(step));
    const QRectF line = cellRect(row, column);
    QRectF frame(chart().axisRect()->left(), line.top(), chart().axisRect()->width(), std::max(line.height(), 3.0));
    showReadout({QPointF(x, line.center().y()), x, frame}, tr("step %1").arg(step), std::move(rows));
}

void HeatMapPlot::hoverAt(const QPointF& at) {
    const auto place = placeAt(at);
    if (!place) return hoverEnded();
    const bool sameStep = readout().isShown() && place->second == m_step;
    pointAt(place->first, place->second);
    if (!sameStep) emit cursorMoved(double(place->second));
}

void HeatMapPlot::hoverEnded() {
    if (!readout().isShown()) return;
    hideReadout();
    emit cursorLeft();
}

void HeatMapPlot::setCursor(std::optional<double> step) {
    if (!step || isEmpty()) return hideReadout();
    if (readout().isShown() && double(m_step) == *step) return;
    m_step = std::int64_t(*step);
    const double x = chart().xAxis->coordToPixel(*step);
    showReadout({QPointF(x, chart().axisRect()->top()), x, {}}, {}, {});
}

void HeatMapPlot::clickedAt(const QPointF& at, Qt::KeyboardModifiers modifiers) {
    const auto place = placeAt(at);
    if (!place) return;
    emit rowActivated(m_data.rows[std::size_t(place->first)].id, modifiers.testFlag(Qt::ControlModifier));
}

void HeatMapPlot::zoom(std::int64_t around, double factor) {
    const auto now = m_zoom.value_or(std::pair(std::int64_t{1}, m_lastKnown));
    const double span = double(now.second - now.first + 1);
    const double wanted = std::max(span * factor, double(fewestSteps));
    if (wanted >= double(m_lastKnown)) {
        if (!m_zoom) return;
        m_zoom.reset();
    } else {
        const double share = double(around - now.first) / span;
        const auto width = std::int64_t(wanted);
        const auto first = std::clamp<std::int64_t>(around - std::int64_t(share * wanted), 1, m_lastKnown - width + 1);
        m_zoom = std::pair(first, first + width - 1);
    }
    emit zoomChanged();
}

bool HeatMapPlot::wheelTurned(const QPointF& at, double notches) {
    const auto place = placeAt(at);
    if (!place || notches == 0) return place.has_value();
    zoom(place->second, std::pow(0.8, notches));
    return true;
}

void HeatMapPlot::doubleClicked() {
    if (!m_zoom) return;
    m_zoom.reset();
    emit zoomChanged();
}

bool HeatMapPlot::keyPressed(int key, Qt::KeyboardModifiers modifiers) {
    if (isEmpty()) return false;
    const std::int64_t from = m_data.grid.first;
    const std::int64_t to = m_data.grid.end() - 1;
    const bool fresh = !readout().isShown() || m_step < from || m_step > to;
    const auto move = [&](int rows, std::int64_t columns) {
        const std::int64_t step = fresh ? to : std::clamp(m_step + columns * m_data.grid.width, from, to);
        pointAt(std::clamp(m_row + (fresh ? 0 : rows), 0, int(m_data.rows.size()) - 1), step);
        emit cursorMoved(double(step));
        return true;
    };
    const bool far = modifiers.testFlag(Qt::ShiftModifier);
    switch (key) {
        case Qt::Key_Up: return move(far ? -8 : -1, 0);
        case Qt::Key_Down: return move(far ? 8 : 1, 0);
        case Qt::Key_Left: return move(0, far ? -16 : -1);
        case Qt::Key_Right: return move(0, far ? 16 : 1);
        case Qt::Key_Plus:
        case Qt::Key_Equal: return zoom(fresh ? to : m_step, 0.8), true;
        case Qt::Key_Minus: return zoom(fresh ? to : m_step, 1.25), true;
        case Qt::Key_Escape: return doubleClicked(), true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            emit rowActivated(m_data.rows[std::size_t(m_row)].id, modifiers.testFlag(Qt::ControlModifier));
            return true;
        default: return false;
    }
}

void HeatMapPlot::resizeEvent(QResizeEvent* event) {
    HoverChart::resizeEvent(event);
    emit zoomChanged();  // another number of columns fits
}

QByteArray HeatMapPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There are no values yet.").toStdString());
    QByteArray csv = "step";
    for (const HeatMapRow& row : m_data.rows) csv += ',' + csvTextCell(row.name).toUtf8();
    csv += '\n';
    for (int column = 0; column < m_data.grid.count; ++column) {
        csv += QByteArray::number(qlonglong(m_data.grid.begin(column)));
        for (int row = 0; row < int(m_data.rows.size()); ++row) csv += ',' + cellText(cell(row, column));
        csv += '\n';
    }
    return csv;
}

}  // namespace normscope::widgets
