#include "widgets/theme/StyleSheet.h"
#include "widgets/theme/Theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QSignalSpy>
#include <QTest>

using namespace normscope::widgets;

class tst_Theme : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void textIsReadable_data() {
        QTest::addColumn<ColorScheme>("scheme");
        QTest::newRow("light") << ColorScheme::Light;
        QTest::newRow("dark") << ColorScheme::Dark;
    }

    void textIsReadable() {
        QFETCH(ColorScheme, scheme);
        const ThemeColors& c = themeColors(scheme);
        for (const QColor& below : {c.background, c.surface, c.sunken}) {
            QVERIFY(contrastRatio(c.text, below) >= 4.5);
            QVERIFY(contrastRatio(c.muted, below) >= 4.5);
        }
        QVERIFY(contrastRatio(c.accentText, c.accent) >= 4.5);
        QVERIFY(contrastRatio(c.accent, c.surface) >= 4.5);
        QVERIFY(contrastRatio(c.warn, c.warnBackground) >= 4.5);
        QVERIFY(contrastRatio(c.warn, c.surface) >= 4.5);
    }

    void contrastIsWcags() {
        QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
        QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
    }

    void shipsItsFonts() {
        const Theme theme(ColorScheme::Light);
        QVERIFY(QFontDatabase::families().contains(QStringLiteral("Inter")));
        QVERIFY(QFontDatabase::families().contains(QStringLiteral("JetBrains Mono")));
        QCOMPARE(QFontInfo(theme.font(TextRole::Body)).family(), QStringLiteral("Inter"));
        QCOMPARE(QFontInfo(theme.font(TextRole::Mono)).family(), QStringLiteral("JetBrains Mono"));
        QVERIFY(QFile::exists(QStringLiteral(":/normscope/fonts/Inter-Regular.otf")));
    }

    void changesSchemeEverywhere() {
        Theme theme(ColorScheme::Light);
        theme.applyTo(*qApp);
        QSignalSpy changed(&theme, &Theme::changed);
        theme.setScheme(ColorScheme::Dark);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(QApplication::palette().color(QPalette::Window), themeColors(ColorScheme::Dark).background);
        QVERIFY(qApp->styleSheet().contains(themeColors(ColorScheme::Dark).accent.name()));
        theme.setScheme(ColorScheme::Dark);
        QCOMPARE(changed.count(), 1);
    }

    void styleSheetHasNoOpenPlaceholder() {
        QVERIFY(!styleSheet(themeColors(ColorScheme::Light)).contains(QLatin1Char('@')));
    }

    void iconsFollowTheScheme() {
        Theme theme(ColorScheme::Light);
        const QIcon icon = theme.icon(QStringLiteral("play"), &ThemeColors::accent);
        QVERIFY(!icon.isNull());
        QVERIFY(theme.icon(QStringLiteral("no such icon")).isNull());
        const auto middle = [&icon] { return icon.pixmap(24, 24).toImage().pixelColor(10, 12).rgb(); };
        QCOMPARE(middle(), theme.colors().accent.rgb());
        theme.setScheme(ColorScheme::Dark);
        QCOMPARE(middle(), theme.colors().accent.rgb());
    }

    void meaningsDifferByMoreThanColour() {
        const ThemeColors& c = themeColors(ColorScheme::Light);
        const auto look = [&c](Meaning meaning) {
            const CurveStyle style = curveStyle(c, meaning);
            return std::pair(style.width, style.dashes);
        };
        QVERIFY(look(Meaning::Batch) != look(Meaning::Running));
        QVERIFY(look(Meaning::Gamma) != look(Meaning::Beta));
        QVERIFY(look(Meaning::TrainMode) != look(Meaning::EvalMode));
        QVERIFY(look(Meaning::Exact) != look(Meaning::Running));
        QCOMPARE(curveStyle(c, Meaning::Running).color, c.running);
        QVERIFY(curveStyle(c, Meaning::Running, 1).color != c.running);
    }
};

QTEST_MAIN(tst_Theme)
#include "tst_Theme.moc"
