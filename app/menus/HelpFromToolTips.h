// What's This for everything that has a tool tip.
#pragma once

#include <QObject>

namespace normscope::app {

/// Installed on the application: a widget without a text of its own for What's This answers with its tool tip, or with
/// that of what it lies in.
class HelpFromToolTips : public QObject {
    Q_OBJECT

   public:
    using QObject::QObject;

   protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace normscope::app
