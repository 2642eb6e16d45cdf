#include "widgets/transport/TrackAccessible.h"

#include "widgets/transport/ProgressTrack.h"

namespace normscope::widgets {

TrackAccessible::TrackAccessible(ProgressTrack* track)
    : QAccessibleWidget(track, QAccessible::Slider), m_track(track) {}

void TrackAccessible::installFactory() {
    static const bool installed = [] {
        QAccessible::installFactory([](const QString&, QObject* object) -> QAccessibleInterface* {
            auto* track = qobject_cast<ProgressTrack*>(object);
            return track != nullptr ? new TrackAccessible(track) : nullptr;
        });
        return true;
    }();
    Q_UNUSED(installed)
}

void* TrackAccessible::interface_cast(QAccessible::InterfaceType type) {
    if (type == QAccessible::ValueInterface) return static_cast<QAccessibleValueInterface*>(this);
    return QAccessibleWidget::interface_cast(type);
}

QString TrackAccessible::text(QAccessible::Text type) const {
    return type == QAccessible::Value ? m_track->valueText() : QAccessibleWidget::text(type);
}

QVariant TrackAccessible::currentValue() const {
    return qlonglong(m_track->viewedStep().value_or(m_track->newestStep()).value);
}
void TrackAccessible::setCurrentValue(const QVariant& value) {
    m_track->chooseStep({value.toLongLong()});
}
QVariant TrackAccessible::maximumValue() const {
    return qlonglong(m_track->newestStep().value);
}
QVariant TrackAccessible::minimumValue() const {
    return 0;
}
QVariant TrackAccessible::minimumStepSize() const {
    return 1;
}

}  // namespace normscope::widgets
