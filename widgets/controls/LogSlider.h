// A flat slider on a linear or logarithmic scale, with real-valued positions.
#pragma once

#include "core/telemetry/Hyperparameter.h"
#include "widgets/theme/ThemeColors.h"

#include <QWidget>

#include <functional>

namespace normscope::widgets {

class Theme;

/// Arrows move 1 % of the track, Page Up/Down 10 %, Home/End to the ends; the wheel only with focus.
/// A value outside the range stays as it is, with the handle at the end.
class LogSlider : public QWidget {
    Q_OBJECT

   public:
    explicit LogSlider(Theme& theme, QWidget* parent = nullptr);

    /// `minimum` < `maximum`; both positive on a logarithmic scale.
    void setRange(double minimum, double maximum, telemetry::Scale scale);
    double minimum() const { return m_minimum; }
    double maximum() const { return m_maximum; }
    double value() const { return m_value; }
    /// Only whole numbers.
    void setInteger(bool integer);
    /// Colour of the filled part; accent by default.
    void setColorRole(QColor ThemeColors::*role);
    /// How screen readers hear a value; plain digits by default.
    void setValueText(std::function<QString(double)> text);
    QString valueText() const;

    QSize sizeHint() const override { return {160, 19}; }
    QSize minimumSizeHint() const override { return {60, 19}; }

   public slots:
    /// Shows a value; no signal.
    void setValue(double value);
    /// As if the user had moved the handle there: rounds, clamps, signals.
    void editValue(double value);

   signals:
    /// The user moved the handle.
    void valueEdited(double value);

   protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

   private:
    QRectF trackArea() const;
    double positionOf(double value) const;
    double valueAt(double position) const;
    /// Two significant digits on a log scale, a thousandth of the range on a linear one.
    double rounded(double value) const;
    void editPosition(double position);
    void moveBy(double share);

    Theme& m_theme;
    double m_minimum = 0;
    double m_maximum = 1;
    double m_value = 0;
    telemetry::Scale m_scale = telemetry::Scale::linear;
    bool m_integer = false;
    QColor ThemeColors::*m_role = &ThemeColors::accent;
    std::function<QString(double)> m_valueText;
};

}  // namespace normscope::widgets
