#include "app/controllers/TimelineController.h"

#include <algorithm>
#include <utility>

namespace normscope::app {

TimelineController::TimelineController(RunController& run, StateFeed& feed, QObject* parent)
    : QObject(parent), m_run(run), m_feed(feed) {
    prepare(m_earlier, "viewEarlier", tr("View the step &before"), QKeySequence(Qt::ALT | Qt::Key_Left),
            tr("Show the state one step earlier; the run itself goes on"), [this] { moveBy(-1); });
    prepare(m_later, "viewLater", tr("View the step &after"), QKeySequence(Qt::ALT | Qt::Key_Right),
            tr("Show the state one step later"), [this] { moveBy(1); });
    prepare(m_first, "viewFirst", tr("View step &0"), QKeySequence(Qt::ALT | Qt::Key_Home),
            tr("Show the state before the first step"), [this] { m_feed.showStep(StepIndex{0}); });
    prepare(m_follow, "followNewest", tr("&Follow newest"), QKeySequence(Qt::ALT | Qt::Key_End),
            tr("Show the newest step again, and those to come"), [this] { m_feed.follow(); });
    prepare(m_rewind, "rewindHere", tr("Re&wind here and continue"), QKeySequence(Qt::CTRL | Qt::Key_Return),
            tr("Go back to the step on view and train on from there; what came after it is forgotten"),
            [this] { rewindHere(); });
    connect(&feed, &StateFeed::viewedStepChanged, this, &TimelineController::followView);
    connect(&run.model(), &RunModel::snapshotChanged, this, &TimelineController::followView);
    followView();
}

void TimelineController::prepare(QAction& action, const char* name, const QString& text, const QKeySequence& keys,
                                 const QString& toolTip, std::function<void()> todo) {
    action.setObjectName(QLatin1String(name));
    action.setText(text);
    action.setShortcut(keys);
    action.setToolTip(toolTip);
    connect(&action, &QAction::triggered, this, std::move(todo));
}

void TimelineController::rewindHere() {
    const auto step = m_feed.viewedStep();
    if (!step) return;
    m_run.rewind(*step);
    m_run.play();
}

void TimelineController::moveBy(std::int64_t steps) {
    m_feed.showStep(StepIndex{std::max<std::int64_t>(m_feed.step().value + steps, 0)});
}

void TimelineController::followView() {
    const bool looksBack = m_feed.viewedStep().has_value();
    m_follow.setEnabled(looksBack);
    m_rewind.setEnabled(looksBack);
    m_later.setEnabled(looksBack);
    m_earlier.setEnabled(m_feed.step().value > 0);
    m_first.setEnabled(m_feed.step().value > 0);
}

}  // namespace normscope::app
