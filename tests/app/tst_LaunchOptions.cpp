#include "app/LaunchOptions.h"

#include "core/Error.h"

#include <QTemporaryDir>
#include <QTest>

using normscope::InputError;
using normscope::app::LaunchOptions;
using normscope::app::parseLaunchOptions;
using normscope::app::ThemeChoice;

class tst_LaunchOptions : public QObject {
    Q_OBJECT

   private slots:
    void defaultsArePlain();
    void readsEverything();
    void refuses_data();
    void refuses();
};

void tst_LaunchOptions::defaultsArePlain() {
    const LaunchOptions options = parseLaunchOptions({"normscope"});
    QVERIFY(options.recipe.isEmpty());
    QVERIFY(!options.theme);
    QVERIFY(!options.size);
    QVERIFY(options.rememberLayout);
}

void tst_LaunchOptions::readsEverything() {
    const LaunchOptions options = parseLaunchOptions(
        {"normscope", "--view", "statistics", "--theme", "dark", "--size", "1280x720", "--steps", "12", "--screenshot",
         "out.png", "--threads", "3", NORMSCOPE_SOURCE_DIR "/resources/recipes/first-light.json"});
    QCOMPARE(options.view, "statistics");
    QVERIFY(options.theme == ThemeChoice::Dark);
    QCOMPARE(*options.size, QSize(1280, 720));
    QCOMPARE(options.steps, 12);
    QCOMPARE(options.screenshot, "out.png");
    QCOMPARE(options.threads, 3);
    QVERIFY(options.recipe.endsWith("first-light.json"));
    QVERIFY(!options.rememberLayout);
    QVERIFY(parseLaunchOptions({"normscope", "--theme", "high-contrast"}).theme == ThemeChoice::HighContrast);
    QVERIFY(parseLaunchOptions({"normscope", "--theme", "system"}).theme == ThemeChoice::System);
}

void tst_LaunchOptions::refuses_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("word");
    QTest::newRow("theme") << QStringList{"--theme", "pink"} << "pink";
    QTest::newRow("size") << QStringList{"--size", "large"} << "1440x900";
    QTest::newRow("steps") << QStringList{"--steps", "-1"} << "whole number";
    QTest::newRow("threads") << QStringList{"--threads", "0"} << "whole number";
    QTest::newRow("view") << QStringList{"--view", "nonsense"} << "nonsense";
    QTest::newRow("missing recipe") << QStringList{"/nowhere/recipe.json"} << "/nowhere/recipe.json";
    QTest::newRow("two recipes") << QStringList{"a", "b"} << "Only one";
    QTest::newRow("two endings") << QStringList{"--screenshot", "a.png", "--headless", "b"} << "together";
}

void tst_LaunchOptions::refuses() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, word);
    try {
        parseLaunchOptions(QStringList{"normscope"} + arguments);
        QFAIL("not refused");
    } catch (const InputError& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(word), error.what());
    }
}

QTEST_GUILESS_MAIN(tst_LaunchOptions)
#include "tst_LaunchOptions.moc"
