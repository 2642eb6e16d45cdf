// Says where a run stopped being finite, and what to do about it.
#pragma once

#include "app/controllers/RunController.h"
#include "app/models/SelectionModel.h"
#include "widgets/theme/Theme.h"

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include <optional>

namespace normscope::app {

/// Shown while the run stands diverged: step, layer and channel in which the first value that is not finite arose, a
/// button that selects them and one that goes back to the step before.
class DivergenceBanner : public QFrame {
    Q_OBJECT

   public:
    DivergenceBanner(widgets::Theme& theme, RunController& run, SelectionModel& selection, QWidget* parent = nullptr);

    QString text() const { return m_text->text(); }
    /// The norm layer that shows it: the one it began in, or the next one behind it, or the last before it.
    std::optional<LayerIndex> shownIn() const;

   signals:
    /// The layer where it began, any kind; nothing when the run is well again.
    void originChanged(std::optional<normscope::LayerIndex> layer);

   private:
    void followRun();
    void showWhere();
    void applyTheme();

    widgets::Theme& m_theme;
    RunController& m_run;
    SelectionModel& m_selection;
    QLabel* m_icon;
    QLabel* m_text;
    QPushButton* m_where;
    QPushButton* m_back;
};

}  // namespace normscope::app
