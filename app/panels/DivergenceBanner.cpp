#include "app/panels/DivergenceBanner.h"

#include "widgets/theme/LabelStyle.h"

#include <QAccessible>
#include <QHBoxLayout>

#include <algorithm>

namespace normscope::app {

using telemetry::RunState;

DivergenceBanner::DivergenceBanner(widgets::Theme& theme, RunController& run, SelectionModel& selection,
                                   QWidget* parent)
    : QFrame(parent),
      m_theme(theme),
      m_run(run),
      m_selection(selection),
      m_icon(new QLabel),
      m_text(new QLabel),
      m_where(new QPushButton(tr("Show where"))),
      m_back(new QPushButton(tr("Back to the last good step"))) {
    setObjectName(QStringLiteral("divergenceBanner"));
    setAttribute(Qt::WA_StyledBackground);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setAccessibleName(tr("The run has diverged"));
    m_where->setObjectName(QStringLiteral("showWhere"));
    m_where->setAccessibleName(m_where->text());
    m_back->setObjectName(QStringLiteral("backToGood"));
    m_back->setProperty("primary", true);
    m_back->setAccessibleName(m_back->text());
    m_back->setToolTip(run.lastGoodStepAction()->toolTip());
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(10);
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addWidget(m_where);
    row->addWidget(m_back);
    hide();
    connect(m_where, &QPushButton::clicked, this, &DivergenceBanner::showWhere);
    connect(m_back, &QPushButton::clicked, run.lastGoodStepAction(), &QAction::trigger);
    connect(&run.model(), &RunModel::snapshotChanged, this, &DivergenceBanner::followRun);
    connect(&theme, &widgets::Theme::changed, this, &DivergenceBanner::applyTheme);
    applyTheme();
}

void DivergenceBanner::followRun() {
    const auto& divergence = m_run.model().divergence();
    const bool shown = divergence && m_run.model().snapshot().state == RunState::diverged;
    if (shown == !isHidden()) return;
    setVisible(shown);
    if (!shown) return emit originChanged(std::nullopt);
    const auto in = shownIn();
    m_text->setText(tr("%1 Step %2 was the last good one.")
                        .arg(QString::fromStdString(divergence->sentence))
                        .arg(divergence->step.value - 1));
    m_where->setVisible(in.has_value());
    if (in) {
        const QString name =
            QString::fromStdString(m_run.model().description()->layers.at(static_cast<std::size_t>(in->value)).name);
        m_where->setToolTip(divergence->layer == in ? tr("Select %1 and the channel it began in").arg(name)
                                                    : tr("Select %1, the norm layer that shows it").arg(name));
    }
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
    emit originChanged(divergence->layer);
}

std::optional<LayerIndex> DivergenceBanner::shownIn() const {
    const auto& divergence = m_run.model().divergence();
    if (!divergence || !m_run.model().description()) return std::nullopt;
    const auto& layers = m_run.model().description()->layers;
    const auto count = static_cast<std::int64_t>(layers.size());
    const auto isNorm = [&layers](std::int64_t i) { return layers[static_cast<std::size_t>(i)].is_norm; };
    // Without a layer it began in the images or in the loss: at one end or the other.
    const std::int64_t begin = divergence->layer ? divergence->layer->value : count - 1;
    for (std::int64_t i = std::max<std::int64_t>(begin, 0); i < count; ++i) {
        if (isNorm(i)) return LayerIndex{i};
    }
    for (std::int64_t i = std::min(begin, count - 1); i >= 0; --i) {
        if (isNorm(i)) return LayerIndex{i};
    }
    return std::nullopt;
}

void DivergenceBanner::showWhere() {
    const auto layer = shownIn();
    if (!layer) return;
    m_selection.selectLayer(*layer);
    const auto channel = m_run.model().divergence()->channel;
    const auto channels = m_run.model().description()->layers.at(static_cast<std::size_t>(layer->value)).channels;
    if (channel && channel->value < channels) m_selection.selectChannels({*channel});
}

void DivergenceBanner::applyTheme() {
    const auto& c = m_theme.colors();
    widgets::setTextStyle(m_text, m_theme.font(widgets::TextRole::Body), c.text);
    m_icon->setPixmap(m_theme.icon(QStringLiteral("warning"), &widgets::ThemeColors::warn)
                          .pixmap(m_theme.scaled(18), m_theme.scaled(18)));
    setStyleSheet(QStringLiteral("#divergenceBanner { background: %1; border-top: 1px solid %2; border-bottom: 1px "
                                 "solid %2; }")
                      .arg(c.warnBackground.name(), c.warn.name()));
}

}  // namespace normscope::app
