// A page of the workspace.
#pragma once

#include "app/controllers/ExperimentController.h"
#include "app/controllers/RunController.h"
#include "app/files/BackgroundWriter.h"
#include "app/models/SelectionModel.h"
#include "app/models/StateFeed.h"
#include "widgets/theme/Theme.h"

#include <QTimer>
#include <QWidget>

#include <utility>
#include <vector>

namespace normscope::widgets {
class PlotCard;
}

namespace normscope::app {

/// What every page works with; owned by the MainWindow, which outlives its pages.
struct PageContext {
    widgets::Theme& theme;
    RunController& run;
    ExperimentController& experiment;
    SelectionModel& selection;
    StateFeed& feed;
    BackgroundWriter& writer;
};

/// Base of all pages. A page that is not visible does nothing: refresh() is called when it is shown, and while it is
/// visible once a turn of the event loop at most after the run, the state on view or the selection changed.
class Page : public QWidget {
    Q_OBJECT

   public:
    explicit Page(const PageContext& context, QWidget* parent = nullptr);

    /// Plots in reading order, each with a name fit for a file.
    virtual std::vector<std::pair<QString, widgets::PlotCard*>> plots() const { return {}; }

   public slots:
    /// Something shown is out of date.
    void invalidate();

   protected:
    /// Shows what is there, asks the feed for what must be measured.
    virtual void refresh() = 0;
    /// Asks the feed; see StateFeed::ask().
    void ask(Question question) { m_context.feed.ask(this, std::move(question)); }

    const PageContext& context() const { return m_context; }
    widgets::Theme& theme() const { return m_context.theme; }
    RunModel& model() const { return m_context.run.model(); }
    SelectionModel& selection() const { return m_context.selection; }
    StateFeed& feed() const { return m_context.feed; }

    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

   private:
    PageContext m_context;
    QTimer m_refresh;
    bool m_dirty = true;
};

}  // namespace normscope::app
