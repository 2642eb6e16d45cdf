#include "app/panels/SurgeryDialog.h"

#include "widgets/theme/LabelStyle.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QVBoxLayout>

namespace normscope::app {

using widgets::TextRole;

namespace {

/// A button that does what the action does, with its text, tool tip and state.
QPushButton* buttonOf(QAction& action) {
    auto* button = new QPushButton(action.text());
    button->setToolTip(action.toolTip());
    button->setEnabled(action.isEnabled());
    button->setAutoDefault(false);
    QObject::connect(button, &QPushButton::clicked, &action, &QAction::trigger);
    QObject::connect(&action, &QAction::changed, button, [button, &action] { button->setEnabled(action.isEnabled()); });
    return button;
}

}  // namespace

SurgeryDialog::SurgeryDialog(widgets::Theme& theme, SurgeryController& surgery, SelectionModel& selection,
                             StateFeed& feed, QWidget* parent)
    : QDialog(parent),
      m_theme(theme),
      m_surgery(surgery),
      m_selection(selection),
      m_feed(feed),
      m_table(new QTableView),
      m_title(new QLabel),
      m_state(new QLabel),
      m_note(new QLabel),
      m_progress(new QProgressBar) {
    setObjectName(QStringLiteral("surgeryDialog"));
    setWindowTitle(tr("Layer values"));
    build();
    connect(&m_values, &NormValuesModel::edited, &surgery, &SurgeryController::setValue);
    connect(&m_values, &NormValuesModel::edited, this, [this] { m_note->clear(); });
    connect(&m_values, &NormValuesModel::refused, m_note, &QLabel::setText);
    connect(&surgery, &SurgeryController::progressed, this, [this](double share) {
        m_progress->setVisible(share < 1);
        m_progress->setValue(int(100 * share));
    });
    connect(&selection, &SelectionModel::layerChanged, this, &SurgeryDialog::refresh);
    connect(&feed, &StateFeed::refreshDue, this, &SurgeryDialog::refresh);
    connect(&theme, &widgets::Theme::changed, this, &SurgeryDialog::applyTheme);
    applyTheme();
    resize(470, 560);
}

void SurgeryDialog::build() {
    m_table->setModel(&m_values);
    m_table->setAccessibleName(tr("Values of the layer by channel"));
    m_table->setToolTip(tr("Double-click a value, or press F2, to set another. Ctrl+Z undoes."));
    m_table->setWhatsThis(
        tr("An edit takes effect before the next training step, leaves a mark on every time axis, and "
           "comes back when the run is rewound across it."));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_state->setWordWrap(true);
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(QFontMetrics(m_theme.font(TextRole::Small)).height());
    m_progress->setAccessibleName(tr("Measuring exact statistics"));
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_progress->hide();

    auto* buttons = new QGridLayout;
    buttons->setSpacing(8);
    buttons->addWidget(buttonOf(*m_surgery.recomputeAction()), 0, 0);
    buttons->addWidget(buttonOf(*m_surgery.recomputeAllAction()), 0, 1);
    buttons->addWidget(buttonOf(*m_surgery.resetAction()), 1, 0);
    buttons->addWidget(buttonOf(*m_surgery.stopAction()), 1, 1);
    buttons->addWidget(buttonOf(*m_surgery.freezeAction()), 2, 0);
    buttons->addWidget(buttonOf(*m_surgery.unfreezeAction()), 2, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(8);
    column->addWidget(m_title);
    column->addWidget(m_state);
    column->addWidget(m_table, 1);
    column->addWidget(m_note);
    column->addWidget(m_progress);
    column->addLayout(buttons);
}

void SurgeryDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    refresh();
}

void SurgeryDialog::hideEvent(QHideEvent* event) {
    QDialog::hideEvent(event);
    m_feed.withdraw(this);
}

void SurgeryDialog::refresh() {
    if (!isVisible()) return;
    const auto layer = m_selection.layer();
    if (!layer || m_surgery.layerName().isEmpty()) return showValues({});
    m_feed.ask(this, [this, layer = *layer](StateOnView& view) -> Answer {
        auto values = normLayerValues(view.experiment.network(), layer);
        return [this, values] { showValues(values); };
    });
}

void SurgeryDialog::showValues(NormLayerValues values) {
    m_title->setText(values.layer.empty() ? tr("No batch norm layer is selected")
                                          : QString::fromStdString(values.layer));
    m_state->setText(values.layer.empty() ? QString()
                     : values.tracks      ? tr("after step %1 · %2 batches tracked · %3")
                                           .arg(m_feed.step().value)
                                           .arg(values.batches)
                                           .arg(values.frozen ? tr("frozen") : tr("not frozen"))
                                     : tr("after step %1 · no running statistics").arg(m_feed.step().value));
    m_values.setValues(std::move(values));
}

void SurgeryDialog::applyTheme() {
    const auto& colors = m_theme.colors();
    widgets::setTextStyle(m_title, m_theme.font(TextRole::Heading), colors.text);
    widgets::setTextStyle(m_state, m_theme.font(TextRole::Small), colors.muted);
    widgets::setTextStyle(m_note, m_theme.font(TextRole::Small), colors.warn);
    m_table->setFont(m_theme.font(TextRole::Mono));
}

}  // namespace normscope::app
