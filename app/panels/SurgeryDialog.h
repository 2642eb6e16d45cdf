// The values of the selected norm layer, to be edited while the run goes on.
#pragma once

#include "app/controllers/SurgeryController.h"
#include "app/models/SelectionModel.h"
#include "app/models/StateFeed.h"
#include "app/panels/NormValuesModel.h"
#include "widgets/theme/Theme.h"

#include <QDialog>
#include <QLabel>
#include <QProgressBar>
#include <QTableView>

namespace normscope::app {

/// Stays open beside the window and follows the selected layer and the state on view.
class SurgeryDialog : public QDialog {
    Q_OBJECT

   public:
    SurgeryDialog(widgets::Theme& theme, SurgeryController& surgery, SelectionModel& selection, StateFeed& feed,
                  QWidget* parent = nullptr);

    QTableView* table() const { return m_table; }
    NormValuesModel* values() { return &m_values; }
    /// What the layer is, or why a value was refused.
    QString note() const { return m_note->text(); }
    QString state() const { return m_state->text(); }

   protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

   private:
    void build();
    void refresh();
    void showValues(NormLayerValues values);
    void applyTheme();

    widgets::Theme& m_theme;
    SurgeryController& m_surgery;
    SelectionModel& m_selection;
    StateFeed& m_feed;
    NormValuesModel m_values;
    QTableView* m_table;
    QLabel* m_title;
    QLabel* m_state;
    QLabel* m_note;
    QProgressBar* m_progress;
};

}  // namespace normscope::app
