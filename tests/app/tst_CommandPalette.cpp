// Everything the window can do, found by typing.
#include "OpenWindow.h"

#include "app/menus/MainMenu.h"
#include "app/palette/FuzzyMatch.h"

#include <QComboBox>
#include <QMenuBar>

using namespace normscope;
using namespace normscope::app;

class tst_CommandPalette : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void matches_data();
    void matches();
    void ranksBetterMatchesFirst();
    void findsEverything();
    void keyboardAloneRunsCommands();
    void jumpsToSettings();
    void selectsLayers();
    void closesWithoutDoingAnything();
};

void tst_CommandPalette::matches_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("found");
    QTest::newRow("nothing typed") << ""
                                   << "Reset" << true;
    QTest::newRow("begins") << "res"
                            << "Reset" << true;
    QTest::newRow("letters in order") << "rwnd"
                                      << "Rewind here" << true;
    QTest::newRow("other order") << "dniwer"
                                 << "Rewind here" << false;
    QTest::newRow("case") << "HIGH"
                          << "High contrast" << true;
    QTest::newRow("words in any order") << "theme dark"
                                        << "Dark View ▸ Theme" << true;
    QTest::newRow("one word missing") << "dark moon"
                                      << "Dark" << false;
    QTest::newRow("longer than the text") << "resets all"
                                          << "Reset" << false;
    QTest::newRow("greek") << "γ"
                           << "γ and β" << true;
    QTest::newRow("spaces only") << "  "
                                 << "Reset" << true;
}

void tst_CommandPalette::matches() {
    QFETCH(QString, query);
    QFETCH(QString, text);
    QFETCH(bool, found);
    QCOMPARE(fuzzyScore(query, text).has_value(), found);
}

void tst_CommandPalette::ranksBetterMatchesFirst() {
    QVERIFY(*fuzzyScore("re", "Reset") > *fuzzyScore("re", "Direct"));
    QVERIFY(*fuzzyScore("lr", "Learning rate") > *fuzzyScore("lr", "Polar"));
    QVERIFY(*fuzzyScore("step", "One step") > *fuzzyScore("step", "Set tempo"));
    QVERIFY(*fuzzyScore("eps", "eps") > *fuzzyScore("eps", "one step past"));
}

void tst_CommandPalette::findsEverything() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    open.window.menus()->openPalette();
    const QStringList titles = open.window.menus()->palette()->titles();
    for (const PageEntry& page : pageList()) QVERIFY2(titles.contains(page.title), qPrintable(page.title));
    for (const auto& [name, field] : open.window.experimentPanel()->settings())
        QVERIFY2(titles.contains(name), qPrintable(name));
    for (const auto& layer : open.model().description()->layers) {
        if (layer.is_norm) QVERIFY(titles.contains(QString::fromStdString(layer.name)));
    }
    for (const char* action : {"Pause", "Slow motion", "Rewind here and continue", "Undo", "High contrast", "Quit"}) {
        const bool found = titles.contains(QLatin1String(action)) || QLatin1String(action) == QLatin1String("Pause");
        QVERIFY2(found, action);
    }
}

void tst_CommandPalette::keyboardAloneRunsCommands() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    QTest::keyClick(&open.window, Qt::Key_K, Qt::ControlModifier);
    auto* palette = open.window.menus()->palette();
    QVERIFY(palette->isVisible());
    auto* field = palette->findChild<QLineEdit*>();
    QTRY_COMPARE(QApplication::focusWidget(), field);
    QTest::keyClicks(field, "high contr");
    QCOMPARE(palette->titles().first(), "High contrast");
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(!palette->isVisible());
    QCOMPARE(open.theme.scheme(), widgets::ColorScheme::HighContrast);

    QTest::keyClick(&open.window, Qt::Key_K, Qt::ControlModifier);
    QTest::keyClicks(field, "step");
    const QStringList titles = palette->titles();
    QVERIFY(titles.indexOf("One step") >= 0);
    while (palette->findChild<QListWidget*>()->currentItem()->text() != "One step") {
        const int before = palette->findChild<QListWidget*>()->currentRow();
        QTest::keyClick(field, Qt::Key_Down);
        QVERIFY(palette->findChild<QListWidget*>()->currentRow() > before);
    }
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE(open.step(), 3);
}

void tst_CommandPalette::jumpsToSettings() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* palette = open.window.menus()->palette();
    auto* field = palette->findChild<QLineEdit*>();
    open.window.menus()->openPalette();
    QTest::keyClicks(field, "learning");
    QCOMPARE(palette->titles().first(), "Learning rate");
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(QApplication::focusWidget(), open.edit("optimizer.lr"));
    open.window.menus()->openPalette();
    QTest::keyClicks(field, "schedule");
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(qobject_cast<QComboBox*>(QApplication::focusWidget()));
}

void tst_CommandPalette::selectsLayers() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    auto* palette = open.window.menus()->palette();
    open.window.menus()->openPalette();
    QTest::keyClicks(palette->findChild<QLineEdit*>(), "bn1");
    QCOMPARE(palette->titles().first(), "bn1");
    QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Return);
    const auto layer = open.window.selection().layer();
    QCOMPARE(open.model().description()->layers[std::size_t(layer->value)].name, "bn1");
}

void tst_CommandPalette::closesWithoutDoingAnything() {
    OpenWindow open(waitingOptions());
    open.trainTo(2);
    open.edit("optimizer.lr")->setFocus();
    auto* palette = open.window.menus()->palette();
    open.window.menus()->openPalette();
    QTest::keyClicks(palette->findChild<QLineEdit*>(), "zzzz");
    QVERIFY(palette->titles().isEmpty());
    QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Return);
    QVERIFY(palette->isVisible());
    QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Escape);
    QVERIFY(!palette->isVisible());
    QCOMPARE(QApplication::focusWidget(), open.edit("optimizer.lr"));
    QCOMPARE(open.step(), 2);
}

QTEST_MAIN(tst_CommandPalette)
#include "tst_CommandPalette.moc"
