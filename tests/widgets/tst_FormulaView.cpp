// Formulas on live numbers.
#include "widgets/formula/FormulaCard.h"
#include "widgets/formula/ValueGridCard.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope::widgets;

namespace {

/// c = (a + b) / √a
FormulaTerms someTerms() {
    FormulaTerms terms;
    terms.add("a", {.symbol = "a", .value = 0.1, .help = "the first"});
    terms.add("b", {.symbol = "b", .value = 123456, .help = "the second", .meaning = Meaning::Gamma});
    terms.add("c", {.symbol = "c", .value = -1.0 / 3, .help = "the result", .madeOf = {"a", "b"}});
    terms.add("d", {.symbol = "d", .value = 1, .help = "of the result", .madeOf = {"c"}});
    return terms;
}

std::vector<FormulaBox> someLines() {
    return {row({term("c"), text("="), fraction(row({term("a"), text("+"), term("b")}), root(term("a")))}),
            row({term("d"), text("="), term("c")})};
}

}  // namespace

class tst_FormulaView : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void digits_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("shown");
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("count") << 50176.0 << "50176";
        QTest::newRow("five digits") << 0.123456789 << "0.12346";
        QTest::newRow("small") << 1e-5 << QString::fromUtf8("1e−5");
        QTest::newRow("negative") << -12.5 << QString::fromUtf8("−12.5");
        QTest::newRow("large") << 123456789.0 << "1.2346e8";
        QTest::newRow("nan") << std::nan("") << "NaN";
        QTest::newRow("inf") << -std::numeric_limits<double>::infinity() << QString::fromUtf8("−∞");
    }
    void digits() {
        QFETCH(double, value);
        QFETCH(QString, shown);
        QCOMPARE(shortDigits(value), shown);
        if (!std::isnan(value)) QCOMPARE(allDigits(value).toDouble(), value);
    }

    void toolTipsHaveAllDigits() {
        const auto terms = someTerms();
        QVERIFY(terms.toolTip("c").contains("-0.3333333333333333"));
        QVERIFY(terms.toolTip("c").contains("nearest float: -0.3333333432674408"));
        QVERIFY(!terms.toolTip("b").contains("float"));
    }

    void readsAsText() {
        Theme theme(ColorScheme::Light);
        FormulaView view(theme);
        view.setTerms(someTerms());
        view.setLines(someLines());
        QCOMPARE(view.keys(), (QStringList{"c", "a", "b", "d"}));
        QVERIFY(view.plainText().contains(QString::fromUtf8("= (a (0.1) + b (123456)) / (√(a (0.1)))")));
        QCOMPARE(view.accessibleDescription(), view.plainText());
    }

    void everyTermIsPlacedInside_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("wide") << QSize(600, 200);
        QTest::newRow("small") << QSize(200, 90);
    }
    void everyTermIsPlacedInside() {
        QFETCH(QSize, size);
        Theme theme(ColorScheme::Light);
        FormulaView view(theme);
        view.setTerms(someTerms());
        view.setLines(someLines());
        view.resize(size);
        view.grab();
        for (const QString& key : view.keys()) {
            QVERIFY(!view.termRect(key).isEmpty());
            QVERIFY2(QRectF(view.rect()).contains(view.termRect(key)), qPrintable(key));
        }
        QVERIFY(!view.termRect("a").intersects(view.termRect("b")));
    }

    void pointingLightsUpWhatFollows() {
        Theme theme(ColorScheme::Light);
        FormulaView view(theme);
        view.setTerms(someTerms());
        view.setLines(someLines());
        view.resize(400, 160);
        view.show();
        view.grab();
        connect(&view, &FormulaView::termHovered, &view, &FormulaView::setHighlight);
        QTest::mouseMove(&view, view.termRect("b").center().toPoint());
        QTRY_COMPARE(view.lit(), (QSet<QString>{"b", "c", "d"}));
        QTest::mouseMove(&view, QPoint(1, 1));
        QTRY_VERIFY(view.lit().isEmpty());
    }

    void worksWithTheKeyboard() {
        Theme theme(ColorScheme::Light);
        FormulaView view(theme);
        view.setTerms(someTerms());
        view.setLines(someLines());
        QSignalSpy hovered(&view, &FormulaView::termHovered);
        QSignalSpy activated(&view, &FormulaView::termActivated);
        QTest::keyClick(&view, Qt::Key_Home);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(hovered.last().first().toString(), QString("a"));
        QVERIFY(view.accessibleDescription().contains("0.1"));
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(activated.last().first().toString(), QString("a"));
        QTest::keyClick(&view, Qt::Key_End);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(hovered.last().first().toString(), QString("d"));
    }

    void withoutNumbersNothingIsDrawn() {
        Theme theme(ColorScheme::Light);
        FormulaView view(theme);
        view.setLines(someLines());
        view.resize(300, 100);
        view.grab();
        QVERIFY(view.termRect("a").isEmpty());
    }

    void theCardWritesItsNumbers() {
        Theme theme(ColorScheme::Light);
        FormulaCard card(theme);
        card.view()->setLines(someLines());
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, card.csv());
        card.view()->setTerms(someTerms());
        QCOMPARE(card.csv(),
                 "symbol,value,meaning\nc,-0.3333333333333333,the result\na,0.1,the first\nb,123456,the second\n"
                 "d,1,of the result\n");
    }

    void cellsAreChosen() {
        Theme theme(ColorScheme::Light);
        ValueGridCard card(theme);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, card.csv());
        card.resize(300, 200);
        ValueGrid& grid = *card.grid();
        grid.setValues(10, 20, 2, {1, 2.5, 3, 4});
        grid.setChosen(11, 20);
        card.show();
        QSignalSpy chosen(&grid, &ValueGrid::cellChosen);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.cellRect(10, 21).center().toPoint());
        QCOMPARE(chosen.last(), (QList<QVariant>{10, 21}));
        QTest::keyClick(&grid, Qt::Key_Down);
        QCOMPARE(chosen.last(), (QList<QVariant>{12, 20}));
        QCOMPARE(card.csv(), "row,column,value\n10,20,1\n10,21,2.5\n11,20,3\n11,21,4\n");
        QVERIFY(grid.accessibleDescription().contains("row 11, column 20: 3"));
    }
};

QTEST_MAIN(tst_FormulaView)
#include "tst_FormulaView.moc"
