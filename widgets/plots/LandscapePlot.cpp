#include "widgets/plots/LandscapePlot.h"

#include "widgets/plots/AxisTickers.h"
#include "widgets/plots/CurveGraph.h"
#include "widgets/plots/ValueText.h"
#include "widgets/theme/Theme.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace normscope::widgets {
namespace {

constexpr Meaning lossMeaning = Meaning::Neutral;
constexpr int lossVariant = 1;  // solid
constexpr Meaning differenceMeaning = Meaning::Quiet;

}  // namespace

LandscapePlot::LandscapePlot(Theme& theme, QWidget* parent)
    : HoverChart(theme, parent),
      m_loss(new CurveGraph(chart().xAxis, chart().yAxis)),
      m_difference(new CurveGraph(chart().xAxis, chart().yAxis2)),
      m_here(new QCPItemStraightLine(&chart())),
      m_rate(new QCPItemStraightLine(&chart())),
      m_rateText(new QCPItemText(&chart())) {
    for (QCPAxis* axis : {chart().xAxis, chart().yAxis, chart().yAxis2}) {
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new ValueTicker));
    }
    chart().xAxis->ticker()->setTickCount(5);
    chart().xAxis->setLabelPadding(1);
    QCPAxis* right = chart().yAxis2;
    right->setBasePen(Qt::NoPen);
    right->setSubTicks(false);
    right->setTickLength(0);
    right->setTickLabelPadding(6);
    right->grid()->setVisible(false);
    m_rateText->position->setTypeX(QCPItemPosition::ptPlotCoords);
    m_rateText->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_rateText->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    setLegendCurves({{.name = tr("loss"), .meaning = lossMeaning, .variant = lossVariant},
                     {.name = tr("gradient change ‖∇L(w − ηg) − g‖ / ‖g‖ (right)"), .meaning = differenceMeaning}});
    connect(&theme, &Theme::changed, this, &LandscapePlot::applyTheme);
    applyTheme();
}

void LandscapePlot::applyTheme() {
    const ThemeColors& colors = theme().colors();
    QCPAxis* right = chart().yAxis2;
    right->setTickLabelFont(theme().font(TextRole::MonoTick));
    right->setTickLabelColor(colors.faint);
    right->setTickPen(QPen(colors.surface));
    m_here->setPen(QPen(colors.accent, 1.4));
    m_rate->setPen(QPen(colors.muted, 1, Qt::DashLine));
    m_rateText->setFont(theme().font(TextRole::Caption));
    m_rateText->setColor(colors.muted);
}

void LandscapePlot::setSamples(std::vector<LandscapeSample> samples, double learningRate) {
    m_samples = std::move(samples);
    m_learningRate = learningRate;
    m_current = -1;
    markDirty();
}

bool LandscapePlot::isEmpty() const {
    return m_samples.empty();
}

void LandscapePlot::fill(CurveGraph* graph, double LandscapeSample::*value, std::size_t legend) {
    const Curve curve = legendCurves()[legend];
    graph->setStyle(styleOf(theme(), curve));
    graph->setVisible(!isEmpty() && curve.visible);
    QVector<QCPGraphData> points;
    double lower = 0, upper = 0;
    bool any = false;
    for (const LandscapeSample& sample : m_samples) {
        const double y = sample.*value;
        points.append({sample.step, std::isfinite(y) ? y : std::numeric_limits<double>::quiet_NaN()});
        if (!std::isfinite(y)) continue;
        lower = any ? std::min(lower, y) : y;
        upper = any ? std::max(upper, y) : y;
        any = true;
    }
    graph->data()->set(points, true);
    const double air = std::max(0.08 * (upper - lower), 1e-6);
    graph->valueAxis()->setRange(lower - air, upper + air);
}

void LandscapePlot::draw() {
    fill(m_loss, &LandscapeSample::loss, 0);
    fill(m_difference, &LandscapeSample::difference, 1);
    chart().yAxis2->setVisible(!isEmpty() && m_difference->visible());
    const bool withRate = !isEmpty() && m_learningRate > 0;
    m_here->setVisible(!isEmpty());
    m_rate->setVisible(withRate);
    m_rateText->setVisible(withRate);
    if (isEmpty()) return hideReadout();
    const bool low = chart().height() < 110;
    chart().xAxis->setLabel(low ? QString() : tr("step size η along −g"));
    for (QCPAxis* axis : {chart().yAxis, chart().yAxis2}) {
        axis->ticker()->setTickCount(std::clamp(chart().height() / 34, 2, 6));
    }
    chart().xAxis->setRange(m_samples.front().step, m_samples.back().step);
    m_here->point1->setCoords(0, 0);
    m_here->point2->setCoords(0, 1);
    m_rate->point1->setCoords(m_learningRate, 0);
    m_rate->point2->setCoords(m_learningRate, 1);
    m_rateText->setText(tr(" lr"));
    m_rateText->position->setCoords(m_learningRate, 0);
}

QPointF LandscapePlot::pixelOf(int index) const {
    const QCustomPlot& plot = const_cast<LandscapePlot*>(this)->chart();
    const LandscapeSample& sample = m_samples[std::size_t(index)];
    return {plot.xAxis->coordToPixel(sample.step), plot.yAxis->coordToPixel(sample.loss)};
}

void LandscapePlot::pointAt(int index) {
    m_current = index;
    const LandscapeSample& sample = m_samples[std::size_t(index)];
    const QPointF at = pixelOf(index);
    showReadout({at, at.x(), {}}, tr("η = %1").arg(shortText(sample.step)),
                {{theme().curveStyle(lossMeaning, lossVariant).color, tr("loss"), shortText(sample.loss)},
                 {theme().curveStyle(differenceMeaning).color, tr("gradient change"), shortText(sample.difference)}});
}

void LandscapePlot::hoverAt(const QPointF& at) {
    if (isEmpty() || !chart().axisRect()->rect().contains(at.toPoint())) return hideReadout();
    const double step = chart().xAxis->pixelToCoord(at.x());
    const auto nearest = std::ranges::min_element(
        m_samples, {}, [step](const LandscapeSample& sample) { return std::abs(sample.step - step); });
    pointAt(int(nearest - m_samples.begin()));
}

bool LandscapePlot::keyPressed(int key, Qt::KeyboardModifiers) {
    if (isEmpty() || (key != Qt::Key_Left && key != Qt::Key_Right)) return false;
    const int count = int(m_samples.size());
    pointAt(std::clamp(m_current < 0 ? 0 : m_current + (key == Qt::Key_Right ? 1 : -1), 0, count - 1));
    return true;
}

QByteArray LandscapePlot::csv() {
    if (isEmpty()) throw std::runtime_error(tr("There are no values yet.").toStdString());
    QByteArray csv = "step size,loss,relative gradient change\n";
    for (const LandscapeSample& sample : m_samples) {
        csv += QByteArray::number(sample.step, 'g', 9) + ',' + QByteArray::number(sample.loss, 'g', 9) + ',' +
               QByteArray::number(sample.difference, 'g', 9) + '\n';
    }
    return csv;
}

}  // namespace normscope::widgets
