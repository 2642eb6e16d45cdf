#include "app/pages/modes/TrainEvalPage.h"

#include "app/pages/modes/BatchComposer.h"
#include "app/pages/modes/ModeDifferenceView.h"

#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace normscope::app {

TrainEvalPage::TrainEvalPage(const PageContext& context, QWidget* parent)
    : Page(context, parent),
      m_bar(new QTabBar),
      m_views(new QStackedWidget),
      m_difference(new ModeDifferenceView(context)),
      m_composer(new BatchComposer(context)) {
    m_bar->setAccessibleName(tr("Views of train mode against eval mode"));
    m_bar->setDrawBase(false);
    m_bar->setExpanding(false);
    m_bar->addTab(tr("Difference"));
    m_bar->setTabToolTip(0, tr("How far the two modes are apart on held-out images, and why"));
    m_bar->addTab(tr("Batch composer"));
    m_bar->setTabToolTip(1, tr("Swap the neighbours of an image and watch its train-mode prediction"));
    m_views->addWidget(m_difference);
    m_views->addWidget(m_composer);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 4, 16, 8);
    column->setSpacing(4);
    column->addWidget(m_bar);
    column->addWidget(m_views, 1);
    connect(m_bar, &QTabBar::currentChanged, this, [this](int view) {
        m_views->setCurrentIndex(view);
        invalidate();
    });
}

std::vector<std::pair<QString, widgets::PlotCard*>> TrainEvalPage::plots() const {
    auto all = m_difference->plots();
    for (const auto& plot : m_composer->plots()) all.push_back(plot);
    return all;
}

void TrainEvalPage::refresh() {
    if (m_views->currentWidget() == m_difference) {
        m_difference->refresh();
    } else {
        m_composer->refresh();
    }
}

}  // namespace normscope::app
