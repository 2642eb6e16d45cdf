// What a screen reader hears of a ProgressTrack: a slider over the steps taken.
#pragma once

#include <QAccessibleWidget>

namespace normscope::widgets {

class ProgressTrack;

/// Owned by Qt's accessibility cache.
class TrackAccessible : public QAccessibleWidget, public QAccessibleValueInterface {
   public:
    explicit TrackAccessible(ProgressTrack* track);

    /// Makes Qt use this class for every ProgressTrack; cheap to call again.
    static void installFactory();

    void* interface_cast(QAccessible::InterfaceType type) override;
    QString text(QAccessible::Text type) const override;
    QVariant currentValue() const override;
    void setCurrentValue(const QVariant& value) override;
    QVariant maximumValue() const override;
    QVariant minimumValue() const override;
    QVariant minimumStepSize() const override;

   private:
    ProgressTrack* m_track;
};

}  // namespace normscope::widgets
