// Looking back: which step is on view, and going on from there.
#pragma once

#include "app/controllers/RunController.h"
#include "app/models/StateFeed.h"

#include <QAction>
#include <QObject>

#include <functional>

namespace normscope::app {

/// The actions around the step on view, for menus, keys and the transport bar. Whoever shows that step listens to the
/// StateFeed. GUI thread.
class TimelineController : public QObject {
    Q_OBJECT

   public:
    TimelineController(RunController& run, StateFeed& feed, QObject* parent = nullptr);

    /// Both enabled only while an earlier step is on view.
    QAction* followAction() { return &m_follow; }
    QAction* rewindAction() { return &m_rewind; }
    QAction* earlierAction() { return &m_earlier; }
    QAction* laterAction() { return &m_later; }
    QAction* firstAction() { return &m_first; }

   public slots:
    /// Goes back to the step on view and trains on from there, as if what came after had not happened.
    void rewindHere();

   private:
    void prepare(QAction& action, const char* name, const QString& text, const QKeySequence& keys,
                 const QString& toolTip, std::function<void()> todo);
    void moveBy(std::int64_t steps);
    void followView();

    RunController& m_run;
    StateFeed& m_feed;
    QAction m_follow;
    QAction m_rewind;
    QAction m_earlier;
    QAction m_later;
    QAction m_first;
};

}  // namespace normscope::app
