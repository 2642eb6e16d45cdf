#include "widgets/plots/HoverChart.h"

#include "widgets/theme/Theme.h"

#include <QKeyEvent>

namespace normscope::widgets {

HoverChart::HoverChart(Theme& theme, QWidget* parent) : ChartPlot(theme, parent) {
    chart().setMouseTracking(true);
    chart().addLayer(QStringLiteral("readout"), chart().layer(QStringLiteral("overlay")), QCustomPlot::limAbove);
    chart().layer(QStringLiteral("readout"))->setMode(QCPLayer::lmBuffered);
    m_readout = new ChartReadout(&chart(), theme);  // registers with the chart, which owns it
    m_readout->setLayer(QStringLiteral("readout"));
    chart().installEventFilter(this);
}

void HoverChart::clickedAt(const QPointF&, Qt::KeyboardModifiers) {}

bool HoverChart::wheelTurned(const QPointF&, double) {
    return false;
}

bool HoverChart::keyPressed(int, Qt::KeyboardModifiers) {
    return false;
}

void HoverChart::showReadout(const ChartReadout::Place& place, const QString& title,
                             std::vector<PlotCursor::Row> rows) {
    if (chart().hasFocus()) {
        QStringList spoken{title};
        for (const PlotCursor::Row& row : rows) spoken << row.name + QLatin1Char(' ') + row.value;
        chart().setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    }
    m_readout->show(place, title, std::move(rows));
    if (isVisible()) chart().layer(QStringLiteral("readout"))->replot();
}

void HoverChart::hideReadout() {
    if (!m_readout->isShown()) return;
    m_readout->hide();
    if (isVisible()) chart().layer(QStringLiteral("readout"))->replot();
}

void HoverChart::paintCanvas(QCPPainter& painter, const QSize& size) {
    const bool shown = m_readout->visible();
    m_readout->setVisible(false);
    ChartPlot::paintCanvas(painter, size);
    m_readout->setVisible(shown);
}

bool HoverChart::eventFilter(QObject* watched, QEvent* event) {
    if (watched != &chart()) return ChartPlot::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::ToolTip: return m_readout->isShown();  // it would lie over the values
        case QEvent::MouseMove: hoverAt(static_cast<QMouseEvent*>(event)->position()); break;
        case QEvent::Leave:
        case QEvent::FocusOut: hoverEnded(); break;
        case QEvent::MouseButtonPress: {
            const auto* press = static_cast<QMouseEvent*>(event);
            m_pressed = press->button() == Qt::LeftButton;
            m_pressedAt = press->position().toPoint();
            break;
        }
        case QEvent::MouseButtonRelease: {
            const auto* release = static_cast<QMouseEvent*>(event);
            const bool click = m_pressed && (release->position().toPoint() - m_pressedAt).manhattanLength() < 4;
            m_pressed = false;
            if (click) clickedAt(release->position(), release->modifiers());
            break;
        }
        case QEvent::MouseButtonDblClick: doubleClicked(); break;
        case QEvent::Wheel: {
            const auto* wheel = static_cast<QWheelEvent*>(event);
            return wheelTurned(wheel->position(), wheel->angleDelta().y() / 120.0);
        }
        case QEvent::KeyPress: {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (keyPressed(key->key(), key->modifiers())) return true;
            break;
        }
        default: break;
    }
    return ChartPlot::eventFilter(watched, event);
}

}  // namespace normscope::widgets
