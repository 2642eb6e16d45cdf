// One setting of an experiment: label, exact number, slider, what a change costs.
#pragma once

#include "core/telemetry/Hyperparameter.h"
#include "widgets/theme/ThemeColors.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;
class QTimer;

namespace normscope::widgets {

class LogSlider;
class Theme;

/// Built from a HyperparameterSpec (copied; its texts live for ever). Enter or leaving the number commits,
/// Esc restores. A value the spec refuses stays in the field with the reason under it and is not committed.
class HyperparameterField : public QWidget {
    Q_OBJECT

   public:
    HyperparameterField(Theme& theme, const telemetry::HyperparameterSpec& spec, QWidget* parent = nullptr);

    const telemetry::HyperparameterSpec& spec() const { return m_spec; }
    /// The last value committed or set.
    double value() const { return m_value; }
    /// True while the text in the field is one that was refused.
    bool isRefused() const;

    void setSliderVisible(bool visible);
    /// Added to the caption after the price ("live"), e.g. "half-life 69 steps".
    void setNote(const QString& note);
    /// The caption, for those who read up close.
    void setFinePrintVisible(bool visible);
    /// Colour of slider and number, e.g. &ThemeColors::running; accent and text by default.
    void setColorRole(QColor ThemeColors::*role);

   public slots:
    /// Shows a value; no signal. Leaves alone what the user is just typing.
    void setValue(double value);

   signals:
    /// The user chose a value the spec accepts; a slider being dragged gives at most one an event-loop turn.
    void valueCommitted(const QString& key, double value);

   protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    void buildRows();
    void describe();
    void applyTheme();
    void commitText();
    void restoreText();
    void followSlider(double value);
    void commitPending();
    void showValue();
    void refuse(const QString& sentence);
    void accept();

    Theme& m_theme;
    telemetry::HyperparameterSpec m_spec;
    double m_value;
    std::optional<double> m_pending;
    QColor ThemeColors::*m_role = nullptr;
    QString m_note;
    QLabel* m_label;
    QLineEdit* m_edit;
    LogSlider* m_slider;
    QLabel* m_caption;
    QLabel* m_error;
    QTimer* m_merge;
};

}  // namespace normscope::widgets
