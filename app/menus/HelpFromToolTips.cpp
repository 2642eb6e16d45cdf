#include "app/menus/HelpFromToolTips.h"

#include <QHelpEvent>
#include <QWhatsThis>
#include <QWidget>

namespace normscope::app {
namespace {

/// The next widget outwards that has something to say, up to its window.
const QWidget* speaker(const QWidget* widget) {
    for (; widget != nullptr; widget = widget->isWindow() ? nullptr : widget->parentWidget()) {
        if (!widget->whatsThis().isEmpty()) return nullptr;  // Qt does that itself
        if (!widget->toolTip().isEmpty()) return widget;
    }
    return nullptr;
}

}  // namespace

bool HelpFromToolTips::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::QueryWhatsThis && event->type() != QEvent::WhatsThis) return false;
    auto* widget = qobject_cast<QWidget*>(watched);
    const QWidget* says = speaker(widget);
    if (says == nullptr) return false;
    event->accept();
    if (event->type() == QEvent::WhatsThis) {
        QWhatsThis::showText(static_cast<QHelpEvent*>(event)->globalPos(), says->toolTip(), widget);
    }
    return true;
}

}  // namespace normscope::app
