// The settings of the experiment, at the left of the window.
#pragma once

#include "app/controllers/ExperimentController.h"
#include "widgets/controls/ChoiceField.h"
#include "widgets/controls/HyperparameterField.h"
#include "widgets/theme/Theme.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope::app {

/// Sections of fields built from the table of hyperparameters; a banner offers the restart that some
/// of them need.
class ExperimentPanel : public QScrollArea {
    Q_OBJECT

   public:
    ExperimentPanel(widgets::Theme& theme, ExperimentController& experiment, QWidget* parent = nullptr);

    /// The field of a setting (HyperparameterSpec::key), or null if the panel has none.
    widgets::HyperparameterField* field(std::string_view key) const;
    /// The choice for a recipe's key, e.g. "model.norm.type", or null if the panel has none.
    widgets::ChoiceField* choice(std::string_view key) const;
    /// Every setting from top to bottom, with the name people call it.
    std::vector<std::pair<QString, QWidget*>> settings() const;
    /// Shows a setting and gives it the focus.
    void goTo(QWidget* setting);

    QSize sizeHint() const override { return {272, 600}; }

   public slots:
    /// What only those need who read up close.
    void setFinePrintVisible(bool visible);

   private:
    void build();
    void addSection(const QString& title);
    void addField(std::string_view key, bool slider);
    void addChoice(const char* key, const QString& label, const QString& toolTip,
                   std::vector<widgets::ChoiceField::Option> options);
    void addData();
    void addNetwork();
    void addNorm();
    void addOptimizer();
    void showRecipe();
    void showChoice(const QString& key, const QString& value);
    /// Settings that mean nothing for the chosen norm type or optimizer are disabled.
    void enableFields();
    void showHalfLife(double momentum);
    void applyTheme();

    widgets::Theme& m_theme;
    ExperimentController& m_experiment;
    QWidget* m_content;
    QVBoxLayout* m_rows;
    QPushButton* m_restart;
    std::vector<QLabel*> m_sections;
    std::map<std::string_view, widgets::HyperparameterField*> m_fields;
    std::map<std::string_view, widgets::ChoiceField*> m_choices;
};

}  // namespace normscope::app
