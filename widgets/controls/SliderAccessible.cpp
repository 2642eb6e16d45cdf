#include "widgets/controls/SliderAccessible.h"

#include "widgets/controls/LogSlider.h"

namespace normscope::widgets {

SliderAccessible::SliderAccessible(LogSlider* slider)
    : QAccessibleWidget(slider, QAccessible::Slider), m_slider(slider) {}

void SliderAccessible::installFactory() {
    static const bool installed = [] {
        QAccessible::installFactory([](const QString&, QObject* object) -> QAccessibleInterface* {
            auto* slider = qobject_cast<LogSlider*>(object);
            return slider != nullptr ? new SliderAccessible(slider) : nullptr;
        });
        return true;
    }();
    Q_UNUSED(installed)
}

void* SliderAccessible::interface_cast(QAccessible::InterfaceType type) {
    if (type == QAccessible::ValueInterface) return static_cast<QAccessibleValueInterface*>(this);
    return QAccessibleWidget::interface_cast(type);
}

QString SliderAccessible::text(QAccessible::Text type) const {
    return type == QAccessible::Value ? m_slider->valueText() : QAccessibleWidget::text(type);
}

QVariant SliderAccessible::currentValue() const {
    return m_slider->value();
}
void SliderAccessible::setCurrentValue(const QVariant& value) {
    m_slider->editValue(value.toDouble());
}
QVariant SliderAccessible::maximumValue() const {
    return m_slider->maximum();
}
QVariant SliderAccessible::minimumValue() const {
    return m_slider->minimum();
}
QVariant SliderAccessible::minimumStepSize() const {
    return {};
}

}  // namespace normscope::widgets
