#include "app/models/WatchCost.h"

#include <algorithm>
#include <utility>

namespace normscope::app {

using telemetry::RunState;

WatchCost::WatchCost(RunController& run, const StateFeed& feed, std::function<double()> drawn, QObject* parent)
    : QObject(parent), m_model(run.model()), m_feed(feed), m_drawn(std::move(drawn)) {
    m_timer.setInterval(500);
    connect(&m_timer, &QTimer::timeout, this, &WatchCost::measure);
    connect(&m_model, &RunModel::snapshotChanged, this, [this] {
        if (m_model.snapshot().state != RunState::playing) return m_timer.stop();
        if (m_timer.isActive()) return;
        m_drawnBefore = m_drawn();
        m_since.start();
        m_timer.start();
    });
}

void WatchCost::measure() {
    const double drawn = m_drawn();
    const double elapsed = static_cast<double>(m_since.nsecsElapsed()) * 1e-6;
    m_since.start();
    const double share = elapsed > 0 ? std::clamp((drawn - m_drawnBefore) / elapsed, 0.0, 1.0) : 0;
    m_drawnBefore = drawn;
    m_shares = {.recording = m_model.snapshot().recording_share,
                .measuring = m_feed.costShare(),
                .drawing = m_shares.drawing + 0.5 * (share - m_shares.drawing)};
    emit changed();
}

}  // namespace normscope::app
