// The window around the pages: menus and keys, themes, presenter mode, panels, help, room for every text.
#include "OpenWindow.h"

#include "app/menus/MainMenu.h"
#include "app/palette/CommandList.h"
#include "app/panels/PanelArea.h"
#include "widgets/plots/PlotCard.h"
#include "widgets/status/StatusLine.h"
#include "widgets/transport/TransportBar.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QSet>
#include <QSignalSpy>
#include <QTextBrowser>
#include <QToolButton>
#include <QWhatsThis>

using namespace normscope;
using namespace normscope::app;
using widgets::ColorScheme;

class tst_MainMenu : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void everyActionHasItsOwnKey();
    void keysOpenPages();
    void sheetListsEveryKey();
    void choosesThemes();
    void presentsAndComesBack();
    void keysWorkWithoutTheMenuBar();
    void panelsCanBeHiddenMovedAndReset();
    void remembersPanels();
    void everyControlExplainsItself();
    void tabReachesEveryControl();
    void noTextIsClipped_data();
    void noTextIsClipped();
    void fitsASmallScreen();
    void tellsWhatWatchingCosts();
};

namespace {

QAction* actionNamed(MainWindow& window, const QString& text) {
    for (QAction* action : window.actions()) {
        if (action->text().remove(QLatin1Char('&')) == text) return action;
    }
    return nullptr;
}

QString nameOfWidget(const QWidget* widget) {
    return QStringLiteral("%1 '%2' in %3")
        .arg(widget->metaObject()->className(), widget->objectName(),
             widget->parentWidget() ? widget->parentWidget()->metaObject()->className() : "nothing");
}

/// Of Qt's own making, or shown by nobody: a completer's list, the menu bar's extension.
bool isQtsOwn(const QWidget* widget) {
    return widget->objectName().startsWith(QLatin1String("qt_"));
}

}  // namespace

void tst_MainMenu::everyActionHasItsOwnKey() {
    OpenWindow open;
    QMap<QString, QString> owner;
    int count = 0;
    for (const Command& command : menuCommands(*open.window.menuBar())) {
        if (command.place.startsWith(QStringLiteral("File ▸"))) continue;  // files opened lately
        ++count;
        const QString where = command.place + " ▸ " + command.title;
        QVERIFY2(!command.keys.isEmpty(), qPrintable(where + " has no key"));
        QVERIFY2(!owner.contains(command.keys),
                 qPrintable(where + " shares " + command.keys + " with " + owner.value(command.keys)));
        owner[command.keys] = where;
        QVERIFY2(!command.help.isEmpty(), qPrintable(where));
    }
    QVERIFY(count >= 25);
}

void tst_MainMenu::keysOpenPages() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    int number = 0;
    for (const PageEntry& page : pageList()) {
        if (++number > 10) break;
        QTest::keyClick(&open.window, Qt::Key(Qt::Key_0 + number % 10), Qt::ControlModifier);
        QCOMPARE(open.window.pages()->currentName(), page.name);
    }
}

void tst_MainMenu::sheetListsEveryKey() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    QTest::keyClick(&open.window, Qt::Key_F1);
    ShortcutSheet* sheet = open.window.menus()->shortcuts();
    QVERIFY(sheet->isVisible());
    const QString text = sheet->findChild<QTextBrowser*>()->toPlainText();
    for (const Command& command : menuCommands(*open.window.menuBar())) {
        QVERIFY2(text.contains(command.keys) && text.contains(command.title), qPrintable(command.title));
    }
    QTest::keyClick(sheet, Qt::Key_Escape);
    QVERIFY(!sheet->isVisible());
}

void tst_MainMenu::choosesThemes() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    for (const auto& [text, scheme] :
         {std::pair{"Dark", ColorScheme::Dark}, std::pair{"High contrast", ColorScheme::HighContrast},
          std::pair{"Light", ColorScheme::Light}}) {
        QAction* action = actionNamed(open.window, QLatin1String(text));
        action->trigger();
        QCOMPARE(open.theme.scheme(), scheme);
        QVERIFY(action->isChecked());
        const QImage header = open.window.findChild<QWidget*>("header")->grab().toImage();
        QCOMPARE(header.pixelColor(3, 3), open.theme.colors().surface);
    }
    QVERIFY(open.window.themes().wasChosen());
    actionNamed(open.window, "System")->trigger();
    QCOMPARE(open.theme.scheme(), open.theme.systemScheme());
    QTest::keyClick(&open.window, Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(open.theme.scheme() != open.theme.systemScheme());
}

void tst_MainMenu::presentsAndComesBack() {
    OpenWindow open(waitingOptions());
    open.trainTo(3);
    auto* status = open.window.findChild<widgets::StatusLine*>();
    const auto caption = [&] {
        int shown = 0;
        for (const auto* label : open.window.experimentPanel()->field("optimizer.lr")->findChildren<QLabel*>())
            shown += label->isVisible();
        return shown;
    };
    const int captions = caption();
    const int panel = open.window.panels()->panel("experiment")->width();
    const int menus = open.window.menuBar()->height();
    const qreal points = open.theme.font(widgets::TextRole::Body).pointSizeF();
    QTest::keyClick(&open.window, Qt::Key_F5);
    QVERIFY(open.window.presenter().isOn());
    QVERIFY(open.theme.font(widgets::TextRole::Body).pointSizeF() > 1.3 * points);
    QVERIFY(!status->isVisible() && !open.window.menuBar()->isVisible());
    QVERIFY(caption() < captions);
    QTest::keyClick(&open.window, Qt::Key_Escape);
    QVERIFY(!open.window.presenter().isOn());
    QCOMPARE(open.theme.font(widgets::TextRole::Body).pointSizeF(), points);
    QVERIFY(status->isVisible() && open.window.menuBar()->isVisible());
    QCOMPARE(caption(), captions);
    QTRY_COMPARE(open.window.panels()->panel("experiment")->width(), panel);
    QTRY_COMPARE(open.window.menuBar()->height(), menus);
    QTest::keyClick(&open.window, Qt::Key_F5);
    QTest::keyClick(&open.window, Qt::Key_F5);
    QVERIFY(!open.window.presenter().isOn());
}

void tst_MainMenu::keysWorkWithoutTheMenuBar() {
    OpenWindow open(waitingOptions());
    open.trainTo(3);
    QTest::keyClick(&open.window, Qt::Key_F5);
    QVERIFY(!open.window.menuBar()->isVisible());
    QTest::keyClick(&open.window, Qt::Key_Period);
    QTRY_COMPARE(open.step(), 4);
    // Esc goes back to the newest step before it ends the presentation.
    widgets::ProgressTrack* track = open.window.transport()->track();
    track->setFocus();
    QTest::keyClick(track, Qt::Key_Left);
    QCOMPARE(open.window.feed().step().value, 3);
    QTest::keyClick(track, Qt::Key_Escape);
    QVERIFY(!open.window.feed().viewedStep() && open.window.presenter().isOn());
    QTest::keyClick(track, Qt::Key_Escape);
    QVERIFY(!open.window.presenter().isOn());
}

void tst_MainMenu::panelsCanBeHiddenMovedAndReset() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    PanelArea* panels = open.window.panels();
    QDockWidget* dock = panels->panel("experiment");
    QVERIFY(dock->isVisible());
    const QRect place = dock->geometry();
    QTest::keyClick(&open.window, Qt::Key_F8);
    QVERIFY(!dock->isVisible());
    QTest::keyClick(&open.window, Qt::Key_F8);
    QVERIFY(dock->isVisible());
    panels->addDockWidget(Qt::RightDockWidgetArea, dock);
    QTRY_VERIFY(dock->x() > place.x() + 100);
    dock->setFloating(true);
    dock->hide();
    QTest::keyClick(&open.window, Qt::Key_F8, Qt::ShiftModifier);
    QVERIFY(dock->isVisible() && !dock->isFloating());
    QTRY_COMPARE(dock->geometry().left(), place.left());
    QTRY_COMPARE(dock->width(), place.width());
}

void tst_MainMenu::remembersPanels() {
    OpenWindow open(waitingOptions());
    open.trainTo(1);
    PanelArea* panels = open.window.panels();
    QDockWidget* dock = panels->panel("experiment");
    panels->addDockWidget(Qt::RightDockWidgetArea, dock);
    dock->hide();
    const QByteArray state = panels->layoutState();
    panels->resetLayout();
    QVERIFY(dock->isVisible());
    QVERIFY(panels->restoreLayout(state));
    QVERIFY(!dock->isVisible());
    dock->show();
    QTRY_VERIFY(dock->x() > panels->width() / 2);
    QVERIFY(!panels->restoreLayout("no layout"));
}

void tst_MainMenu::everyControlExplainsItself() {
    OpenWindow open(waitingOptions());
    open.trainTo(3);
    for (const PageEntry& page : pageList()) {
        open.window.pages()->showPage(page.name);
        QCoreApplication::processEvents();
        for (QWidget* widget : open.window.findChildren<QWidget*>()) {
            if (!widget->isVisible() || isQtsOwn(widget)) continue;
            const bool takesKeys = (widget->focusPolicy() & Qt::TabFocus) != 0;
            if (!takesKeys && qobject_cast<QAbstractButton*>(widget) == nullptr) continue;
            const QAccessibleInterface* access = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(), qPrintable(nameOfWidget(widget)));
            // What's This asks the widget, and then whatever it lies in.
            QHelpEvent ask(QEvent::QueryWhatsThis, QPoint(2, 2), widget->mapToGlobal(QPoint(2, 2)));
            ask.ignore();
            QCoreApplication::sendEvent(widget, &ask);
            QVERIFY2(ask.isAccepted() || !widget->whatsThis().isEmpty(), qPrintable(nameOfWidget(widget)));
        }
    }
}

void tst_MainMenu::tabReachesEveryControl() {
    OpenWindow open(waitingOptions());
    open.trainTo(3);
    open.window.activateWindow();
    QTRY_VERIFY(open.window.isActiveWindow());
    open.window.transport()->track()->setFocus();
    QSet<QWidget*> reached;
    for (QWidget* at = QApplication::focusWidget(); at != nullptr && !reached.contains(at);
         at = QApplication::focusWidget()) {
        reached.insert(at);
        QTest::keyClick(at, Qt::Key_Tab);
    }
    int controls = 0;
    for (QWidget* widget : open.window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || !widget->isEnabled() || isQtsOwn(widget)) continue;
        if ((widget->focusPolicy() & Qt::TabFocus) == 0 || widget->focusProxy() != nullptr) continue;
        ++controls;
        QVERIFY2(reached.contains(widget), qPrintable(nameOfWidget(widget)));
    }
    QVERIFY(controls > 20);
}

void tst_MainMenu::noTextIsClipped_data() {
    QTest::addColumn<qreal>("scale");
    QTest::addColumn<QSize>("size");
    QTest::newRow("usual") << 1.0 << QSize(1440, 900);
    QTest::newRow("small") << 1.0 << QSize(1280, 720);
    QTest::newRow("presenting") << PresenterMode::scale << QSize(1920, 1080);
    QTest::newRow("twice as large") << 2.0 << QSize(2560, 1440);
}

void tst_MainMenu::noTextIsClipped() {
    QFETCH(qreal, scale);
    QFETCH(QSize, size);
    OpenWindow open;
    open.theme.applyTo(*qApp);
    open.theme.setScale(scale);
    open.window.resize(size);
    open.trainTo(25);
    for (const bool viewing : {false, true}) {
        if (viewing) open.window.feed().showStep(StepIndex{12});
        QCoreApplication::processEvents();
        QCOMPARE(open.window.size(), size);
        for (const QWidget* widget : open.window.findChildren<QWidget*>()) {
            const auto* label = qobject_cast<const QLabel*>(widget);
            const bool isButton = qobject_cast<const QPushButton*>(widget) || qobject_cast<const QToolButton*>(widget);
            if (!widget->isVisible() || isQtsOwn(widget) || (!isButton && (!label || label->text().isEmpty())))
                continue;
            if (widget->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored) continue;  // says the rest in a tip
            const QString what = QStringLiteral("%1 “%2”: %3×%4")
                                     .arg(nameOfWidget(widget), label ? label->text() : widget->accessibleName())
                                     .arg(widget->width())
                                     .arg(widget->height());
            const QSize wanted = widget->sizeHint();
            if (label && label->wordWrap()) {
                QVERIFY2(label->heightForWidth(label->width()) <= label->height() + 1, qPrintable(what));
                continue;
            }
            QVERIFY2(wanted.width() <= widget->width() + 1,
                     qPrintable(what + QStringLiteral(" wants %1").arg(wanted.width())));
            const int line = widget->fontMetrics().height();
            QVERIFY2(line <= widget->height() + 1, qPrintable(what + QStringLiteral(" wants %1").arg(line)));
        }
    }
}

void tst_MainMenu::fitsASmallScreen() {
    widgets::Theme looks(widgets::ColorScheme::Light);
    looks.applyTo(*qApp);  // as the program looks, whatever a test before has left
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    const auto needs = [&] { return open.window.minimumSizeHint(); };
    QVERIFY2(needs().width() <= 1280 && needs().height() <= 720,
             qPrintable(QStringLiteral("%1×%2").arg(needs().width()).arg(needs().height())));
    open.window.feed().showStep(StepIndex{1});
    QVERIFY2(needs().width() <= 1280, qPrintable(QString::number(needs().width())));
    // Settings beside it, or not: it fits without them all the more.
    open.window.panels()->panel("experiment")->hide();
    QVERIFY(needs().width() <= 1024);
}

void tst_MainMenu::tellsWhatWatchingCosts() {
    OpenWindow open;
    const auto* status = open.window.findChild<widgets::StatusLine*>();
    QTRY_VERIFY_WITH_TIMEOUT(status->middleText().contains("watching costs"), patience);
    double drawn = 0;
    for (const auto& [name, plot] : statisticsOf(open.window)->plots()) drawn += plot->drawnMilliseconds();
    QVERIFY(drawn > 0);
}

QTEST_MAIN(tst_MainMenu)
#include "tst_MainMenu.moc"
