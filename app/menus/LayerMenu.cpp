#include "app/menus/LayerMenu.h"

#include "app/pages/PageStack.h"
#include "app/panels/SurgeryDialog.h"
#include "widgets/network/NetworkStrip.h"

namespace normscope::app {

LayerMenu::LayerMenu(widgets::Theme& theme, const Parts& parts, QWidget& window) : QMenu(tr("&Layer"), &window) {
    setToolTipsVisible(true);
    auto* dialog = new SurgeryDialog(theme, parts.surgery, parts.selection, parts.feed, &window);
    QAction* edit = addAction(tr("&Values…"), QKeySequence(Qt::CTRL | Qt::Key_L), dialog, [dialog] {
        dialog->show();
        dialog->raise();
        dialog->activateWindow();
    });
    edit->setToolTip(tr("Look at γ, β and the running statistics of the selected layer and change them"));
    QAction* microscope = addAction(tr("Open in the &Microscope"), QKeySequence(Qt::CTRL | Qt::Key_M), &parts.pages,
                                    [pages = &parts.pages] { pages->showPage(QStringLiteral("microscope")); });
    microscope->setToolTip(tr("One channel of the selected layer as arithmetic"));
    addSeparator();
    for (QAction* action : parts.surgery.actions()) addAction(action);
    widgets::NetworkStrip* strip = &parts.strip;
    strip->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(strip, &QWidget::customContextMenuRequested, this,
            [this, strip](const QPoint& at) { popup(strip->mapToGlobal(at)); });
}

}  // namespace normscope::app
