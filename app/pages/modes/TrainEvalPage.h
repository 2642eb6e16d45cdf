// The same batch through train mode and eval mode.
#pragma once

#include "app/pages/Page.h"

class QStackedWidget;
class QTabBar;

namespace normscope::app {

class BatchComposer;
class ModeDifferenceView;

/// Two views: how far the modes are apart and why, and a batch to put together by hand.
class TrainEvalPage : public Page {
    Q_OBJECT

   public:
    explicit TrainEvalPage(const PageContext& context, QWidget* parent = nullptr);

    ModeDifferenceView* differenceView() const { return m_difference; }
    BatchComposer* composer() const { return m_composer; }
    QTabBar* viewBar() const { return m_bar; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   protected:
    void refresh() override;

   private:
    QTabBar* m_bar;
    QStackedWidget* m_views;
    ModeDifferenceView* m_difference;
    BatchComposer* m_composer;
};

}  // namespace normscope::app
