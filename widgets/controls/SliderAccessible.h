// What a screen reader hears of a LogSlider: role, name, value, range.
#pragma once

#include <QAccessibleWidget>

namespace normscope::widgets {

class LogSlider;

/// Owned by Qt's accessibility cache.
class SliderAccessible : public QAccessibleWidget, public QAccessibleValueInterface {
   public:
    explicit SliderAccessible(LogSlider* slider);

    /// Makes Qt use this class for every LogSlider; cheap to call again.
    static void installFactory();

    void* interface_cast(QAccessible::InterfaceType type) override;
    QString text(QAccessible::Text type) const override;
    QVariant currentValue() const override;
    void setCurrentValue(const QVariant& value) override;
    QVariant maximumValue() const override;
    QVariant minimumValue() const override;
    QVariant minimumStepSize() const override;

   private:
    LogSlider* m_slider;
};

}  // namespace normscope::widgets
