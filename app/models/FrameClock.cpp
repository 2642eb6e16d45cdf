#include "app/models/FrameClock.h"

#include <QElapsedTimer>

#include <algorithm>

namespace normscope::app {
namespace {

constexpr int fastest = 16;
constexpr int slowest = 256;
/// Of the time between ticks: what drawing may take from a machine that trains on all its cores.
constexpr double mostShare = 0.1;

}  // namespace

FrameClock::FrameClock(RunModel& model, QObject* parent) : QObject(parent), m_model(model) {
    m_timer.setInterval(fastest);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &FrameClock::tick);
}

void FrameClock::wake() {
    if (m_timer.isActive()) return;
    tick();
}

void FrameClock::tick() {
    QElapsedTimer clock;
    clock.start();
    m_model.drain();
    const double spent = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
    m_allSpent += spent;
    adapt(spent);
    if (m_model.isActive() && !m_timer.isActive()) m_timer.start();
    if (!m_model.isActive()) m_timer.stop();
}

void FrameClock::adapt(double spentMilliseconds) {
    m_spent += 0.2 * (spentMilliseconds - m_spent);
    const int interval = m_timer.interval();
    if (m_spent > mostShare * interval && interval < slowest) {
        m_timer.setInterval(std::min(2 * interval, slowest));
    } else if (m_spent < mostShare / 4 * interval && interval > fastest) {
        m_timer.setInterval(std::max(interval / 2, fastest));
    }
}

}  // namespace normscope::app
