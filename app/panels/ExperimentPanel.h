// The settings of the experiment, at the left of the window.
#pragma once

#include "app/controllers/ExperimentController.h"
#include "widgets/controls/HyperparameterField.h"
#include "widgets/theme/Theme.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <map>
#include <string_view>
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
    QComboBox* dataChoice() const { return m_data; }

   private:
    void build();
    void addSection(const QString& title);
    void addField(std::string_view key, bool slider);
    void addData();
    void addFact(const QString& label);
    void showNorm(const std::string& type);
    void showRecipe();
    void showData(const QString& spec);
    void showHalfLife(double momentum);
    void applyTheme();

    widgets::Theme& m_theme;
    ExperimentController& m_experiment;
    QWidget* m_content;
    QVBoxLayout* m_rows;
    QLabel* m_title;
    QComboBox* m_data = nullptr;
    QPushButton* m_restart;
    std::vector<QLabel*> m_sections;
    std::vector<QLabel*> m_facts;
    std::map<std::string_view, widgets::HyperparameterField*> m_fields;
};

}  // namespace normscope::app
