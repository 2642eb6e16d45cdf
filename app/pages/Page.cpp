#include "app/pages/Page.h"

namespace normscope::app {

Page::Page(const PageContext& context, QWidget* parent) : QWidget(parent), m_context(context) {
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(0);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        m_dirty = false;
        refresh();
    });
    connect(&model(), &RunModel::runStarted, this, &Page::invalidate);
    connect(&feed(), &StateFeed::refreshDue, this, &Page::invalidate);
    connect(&selection(), &SelectionModel::layerChanged, this, &Page::invalidate);
    connect(&selection(), &SelectionModel::channelsChanged, this, &Page::invalidate);
}

void Page::invalidate() {
    m_dirty = true;
    if (isVisible() && !m_refresh.isActive()) m_refresh.start();
}

void Page::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_dirty) m_refresh.start();
}

void Page::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_refresh.stop();
    feed().withdraw(this);
    m_dirty = true;
}

}  // namespace normscope::app
