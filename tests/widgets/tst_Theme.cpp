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
        QTest::newRow("high contrast") << ColorScheme::HighContrast;
    }

    void textIsReadable() {
        QFETCH(ColorScheme, scheme);
        const ThemeColors& c = themeColors(scheme);
        const double least = scheme == ColorScheme::HighContrast ? 7 : 4.5;
        for (const QColor& below : {c.background, c.surface, c.sunken, c.accentBackground, c.warnBackground}) {
            for (const QColor& text : {c.text, c.muted, c.faint, c.accent, c.warn}) {
                const QString found = QStringLiteral("%1 on %2: %3").arg(text.name(), below.name());
                const double ratio = contrastRatio(text, below);
                QVERIFY2(ratio >= least, qPrintable(found.arg(ratio)));
            }
        }
        QVERIFY(contrastRatio(c.accentText, c.accent) >= least);
        // Curves, marks and the edges of what can be touched need less (WCAG 1.4.11), the light orange being the
        // palest.
        for (const QColor& line : {c.running, c.gamma, c.beta, c.good}) QVERIFY(contrastRatio(line, c.surface) >= 3);
        QVERIFY(contrastRatio(c.batch, c.surface) >= 2.9);
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
        for (const auto scheme : {ColorScheme::Light, ColorScheme::Dark, ColorScheme::HighContrast})
            QVERIFY(!styleSheet(themeColors(scheme)).contains(QLatin1Char('@')));
    }

    void scalesTypeAndLines() {
        Theme theme(ColorScheme::Light);
        QSignalSpy changed(&theme, &Theme::changed);
        const qreal points = theme.font(TextRole::Body).pointSizeF();
        const CurveStyle before = theme.curveStyle(Meaning::Beta);
        theme.setScale(1.5);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(theme.font(TextRole::Body).pointSizeF(), 1.5 * points);
        QCOMPARE(theme.curveStyle(Meaning::Beta).width, 1.5 * before.width);
        QCOMPARE(theme.curveStyle(Meaning::Beta).dashes.first(), 1.5 * before.dashes.first());
        QCOMPARE(theme.scaled(20), 30);
        const QString sheet = styleSheet(theme.colors(), 2);
        QVERIFY(sheet.contains(QStringLiteral("padding: 10px 24px")));  // of push buttons
        QVERIFY(sheet.contains(QStringLiteral("1px solid")));           // thin lines stay thin
        theme.setScale(1.5);
        QCOMPARE(changed.count(), 1);
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
