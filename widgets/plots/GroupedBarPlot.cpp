#include "widgets/plots/GroupedBarPlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/CsvNumber.h"
#include "widgets/plots/PlotCsv.h"
#include "widgets/theme/Theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace normscope::widgets {
namespace {

constexpr double groupWidth = 0.72;  // of the distance of two categories
constexpr int axisPixels = 50;       // left of the first category

QString shortNumber(double value) {
    if (!std::isfinite(value)) return std::isnan(value) ? QStringLiteral("NaN") : QStringLiteral("Inf");
    return QString::number(value, 'g', 3);
}

}  // namespace

GroupedBarPlot::GroupedBarPlot(Theme& theme, QWidget* parent)
    : ChartPlot(theme, parent), m_selection(new QCPItemRect(&chart())) {
    chart().yAxis->setTicker(QSharedPointer<ValueTicker>::create());
    chart().installEventFilter(this);
    chart().setMouseTracking(true);
    m_selection->setVisible(false);
    m_selection->setLayer(QStringLiteral("background"));
    m_selection->topLeft->setType(QCPItemPosition::ptPlotCoords);
    m_selection->bottomRight->setType(QCPItemPosition::ptPlotCoords);
    for (QCPItemPosition* corner : {m_selection->topLeft, m_selection->bottomRight}) {
        corner->setTypeX(QCPItemPosition::ptPlotCoords);
        corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
}

void GroupedBarPlot::setBars(const QStringList& categories, std::vector<BarSeries> series) {
    m_categories = categories;
    m_series = std::move(series);
    std::vector<Curve> legend;
    for (const BarSeries& bar : m_series) legend.push_back({{}, bar.name, bar.meaning});
    const auto& old = legendCurves();
    if (legend.size() == 1) legend.clear();  // the title says what it is
    const bool same = std::ranges::equal(
        old, legend, [](const Curve& a, const Curve& b) { return a.name == b.name && a.meaning == b.meaning; });
    if (!same) setLegendCurves(legend);
    QStringList texts;
    for (int i = 0; i < std::min<int>(int(categories.size()), 12); ++i) texts << groupText(i);
    chart().setAccessibleDescription(texts.join(QStringLiteral("; ")));
    markDirty();
}

void GroupedBarPlot::setCategoryName(const QString& name) {
    m_categoryName = name;
    markDirty();
}

void GroupedBarPlot::setSelected(std::optional<int> category) {
    if (category == m_selected) return;
    m_selected = category;
    markDirty();
}

void GroupedBarPlot::setValueLabels(bool shown) {
    m_valueLabels = shown;
    markDirty();
}

void GroupedBarPlot::setValueRange(std::optional<ValueRange> range) {
    m_range = range;
    markDirty();
}

QString GroupedBarPlot::groupText(int category) const {
    QStringList lines{m_categories.value(category)};
    for (const BarSeries& bar : m_series) {
        const double value = bar.values.at(std::size_t(category));
        lines << QStringLiteral("%1: %2").arg(bar.name,
                                              std::isnan(value) ? tr("none") : QString::number(value, 'g', 6));
    }
    return lines.join(QStringLiteral("\n"));
}

QByteArray GroupedBarPlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There is nothing to save yet.").toStdString());
    QByteArray text = csvTextCell(m_categoryName.isEmpty() ? tr("name") : m_categoryName).toUtf8();
    for (const std::size_t i : shownSeries()) text += "," + csvTextCell(m_series[i].name).toUtf8();
    text += "\n";
    for (qsizetype category = 0; category < m_categories.size(); ++category) {
        text += csvTextCell(m_categories[category]).toUtf8();
        for (const std::size_t i : shownSeries()) text += "," + csvNumber(m_series[i].values[std::size_t(category)]);
        text += "\n";
    }
    return text;
}

std::vector<std::size_t> GroupedBarPlot::shownSeries() const {
    const auto legend = legendCurves();
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        if (i >= legend.size() || legend[i].visible) shown.push_back(i);
    }
    return shown;
}

void GroupedBarPlot::draw() {
    for (QCPBars* bars : m_bars) chart().removePlottable(bars);
    m_bars.clear();
    for (QCPItemText* note : m_notes) chart().removeItem(note);
    m_notes.clear();
    m_selection->setVisible(false);
    if (isEmpty()) return;

    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    const int every = labelDistance();
    for (int i = 0; i < m_categories.size(); i += every) ticker->addTick(i, m_categories[i]);
    chart().xAxis->setTicker(ticker);
    chart().xAxis->setLabel(m_categoryName);
    chart().xAxis->setRange(-0.6, double(m_categories.size()) - 0.4);
    fitRange();
    drawBars();
    drawNotes();
    drawSelection();
}

/// Numbers are thinned out where they would not fit, names stand aslant.
int GroupedBarPlot::labelDistance() {
    const QFont font = theme().font(TextRole::Caption);
    chart().xAxis->setTickLabelFont(font);
    const QFontMetrics metrics(font);
    int widest = 1;
    bool numbers = true;
    for (const QString& name : m_categories) {
        widest = std::max(widest, metrics.horizontalAdvance(name) + 6);
        bool isNumber = false;
        name.toInt(&isNumber);
        numbers = numbers && isNumber;
    }
    const double room = double(std::max(1, chart().width() - axisPixels)) / double(m_categories.size());
    const bool slants = !numbers && room < widest;
    chart().xAxis->setTickLabelRotation(slants ? -40 : 0);
    chart().axisRect()->setMinimumMargins({slants ? widest * 3 / 4 : 6, 6, 10, 6});  // the first name needs room, too
    const double needed = slants ? metrics.height() : widest;
    return std::max(1, int(std::ceil(needed / room)));
}

/// Whether no group has more than one bar: then each stands in the middle.
bool GroupedBarPlot::hasSingleBars() const {
    const auto shown = shownSeries();
    for (std::size_t i = 0; i < std::size_t(m_categories.size()); ++i) {
        const auto there =
            std::ranges::count_if(shown, [&](std::size_t series) { return !std::isnan(m_series[series].values[i]); });
        if (there > 1) return false;
    }
    return true;
}

double GroupedBarPlot::offsetOf(std::size_t place) const {
    if (hasSingleBars()) return 0;
    return (double(place) - double(shownSeries().size() - 1) / 2) * barWidth();
}

double GroupedBarPlot::barWidth() const {
    return hasSingleBars() ? groupWidth : groupWidth / double(std::max<std::size_t>(1, shownSeries().size()));
}

void GroupedBarPlot::fitRange() {
    double lowest = 0, highest = 0;
    for (const std::size_t i : shownSeries()) {
        for (const double value : m_series[i].values) {
            if (!std::isfinite(value)) continue;
            lowest = std::min(lowest, value);
            highest = std::max(highest, value);
        }
    }
    if (m_range) {
        chart().yAxis->setRange(m_range->lower, m_range->upper);
        return;
    }
    if (lowest == highest) highest = 1;
    const double margin = (highest - lowest) * (m_valueLabels ? 0.16 : 0.06);
    chart().yAxis->setRange(lowest < 0 ? lowest - margin : 0, highest > 0 ? highest + margin : 0);
}

void GroupedBarPlot::drawBars() {
    const auto shown = shownSeries();
    for (std::size_t place = 0; place < shown.size(); ++place) {
        const BarSeries& series = m_series[shown[place]];
        const CurveStyle style = theme().curveStyle(series.meaning);
        auto* bars = new QCPBars(chart().xAxis, chart().yAxis);  // owned by the chart
        const bool pale = !style.swatchDashes.isEmpty();
        bars->setPen(QPen(style.color, 1));
        bars->setBrush(pale ? mixed(theme().colors().surface, style.color, 0.3) : style.color);
        bars->setWidth(barWidth() * 0.92);
        const double offset = offsetOf(place);
        for (std::size_t i = 0; i < series.values.size(); ++i) {
            if (std::isfinite(series.values[i])) bars->addData(double(i) + offset, series.values[i]);
        }
        m_bars.push_back(bars);
    }
}

void GroupedBarPlot::drawNotes() {
    const auto shown = shownSeries();
    for (std::size_t place = 0; place < shown.size(); ++place) {
        const BarSeries& series = m_series[shown[place]];
        const double offset = offsetOf(place);
        for (std::size_t i = 0; i < series.values.size(); ++i) {
            const double value = series.values[i];
            if (std::isfinite(value)) {
                if (m_valueLabels) addNote(double(i) + offset, value, shortNumber(value), value >= 0);
            } else if (std::isinf(value)) {
                addNote(double(i) + offset, 0, shortNumber(value), true);
            }
        }
    }
}

void GroupedBarPlot::addNote(double x, double y, const QString& text, bool above) {
    auto* note = new QCPItemText(&chart());  // owned by the chart
    note->position->setCoords(x, y);
    note->setPositionAlignment((above ? Qt::AlignBottom : Qt::AlignTop) | Qt::AlignHCenter);
    note->setPadding({0, 2, 0, 2});
    note->setFont(theme().font(TextRole::MonoTick));
    note->setColor(theme().colors().text);
    note->setText(text);
    m_notes.push_back(note);
}

void GroupedBarPlot::drawSelection() {
    if (!m_selected || *m_selected < 0 || *m_selected >= m_categories.size()) return;
    m_selection->setVisible(true);
    m_selection->setPen(Qt::NoPen);
    m_selection->setBrush(theme().colors().accentBackground);
    m_selection->topLeft->setCoords(*m_selected - 0.48, 0);
    m_selection->bottomRight->setCoords(*m_selected + 0.48, 1);
}

std::optional<int> GroupedBarPlot::categoryAt(const QPointF& at) const {
    auto& self = const_cast<GroupedBarPlot&>(*this);
    if (isEmpty() || !self.chart().axisRect()->outerRect().contains(at.toPoint())) return std::nullopt;
    const auto category = int(std::lround(self.chart().xAxis->pixelToCoord(at.x())));
    return category >= 0 && category < m_categories.size() ? std::optional(category) : std::nullopt;
}

void GroupedBarPlot::activate(int category) {
    if (category < 0 || category >= m_categories.size()) return;
    emit categoryActivated(category);
}

bool GroupedBarPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched != &chart()) return ChartPlot::eventFilter(watched, event);
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto category = categoryAt(help->pos());
        if (!category) return false;
        QToolTip::showText(help->globalPos(), groupText(*category), &chart());
        return true;
    }
    if (event->type() == QEvent::MouseButtonRelease) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->button() == Qt::LeftButton) {
            if (const auto category = categoryAt(mouse->position())) activate(*category);
        }
    }
    if (event->type() == QEvent::KeyPress && !isEmpty()) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Left || key == Qt::Key_Right) {
            activate(m_selected ? *m_selected + (key == Qt::Key_Right ? 1 : -1) : 0);
            return true;
        }
    }
    return ChartPlot::eventFilter(watched, event);
}

}  // namespace normscope::widgets
