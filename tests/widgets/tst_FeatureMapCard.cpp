#include "widgets/maps/FeatureMapCard.h"
#include "widgets/maps/ImageCard.h"
#include "widgets/plots/PlotExporter.h"
#include "widgets/theme/Theme.h"

#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::widgets;

namespace {

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr int side = 6;

FeatureMapContent content(int count, MapArrangement arrangement) {
    FeatureMapContent made;
    made.arrangement = arrangement;
    made.stages = {{QStringLiteral("before bn1"), QStringLiteral("before"), MapScale{0, 1}},
                   {QStringLiteral("after bn1"), QStringLiteral("after"), MapScale{-2, 2, ColorMapKind::Diverging}},
                   {QStringLiteral("after ReLU"), QStringLiteral("activated"), std::nullopt}};
    for (int i = 0; i < count; ++i) {
        MapCell cell{.title = QString::number(i), .channel = i, .stage = i % 3, .width = side, .height = side};
        for (int k = 0; k < side * side; ++k) cell.values.push_back(float(k) / float(side * side));
        made.cells.push_back(cell);
    }
    return made;
}

}  // namespace

class tst_FeatureMapCard : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void scalesFollowTheValues() {
        const std::vector<float> a{-1, 2, notANumber}, b{0.5F, std::numeric_limits<float>::infinity()};
        QCOMPARE(scaleOf({a, b}, ColorMapKind::Sequential), (MapScale{-1, 2, ColorMapKind::Sequential}));
        QCOMPARE(scaleOf({a, b}, ColorMapKind::Diverging), (MapScale{-2, 2, ColorMapKind::Diverging}));
        for (const float constant : {0.0F, 3.0F, -1e-20F}) {
            const std::vector<float> same(5, constant);
            for (const auto kind : {ColorMapKind::Sequential, ColorMapKind::Diverging}) {
                const MapScale scale = scaleOf({same}, kind);
                QVERIFY(scale.lower < scale.upper && scale.lower <= constant && constant <= scale.upper);
            }
        }
        const std::vector<float> nothing(4, notANumber);
        QVERIFY(scaleOf({nothing}, ColorMapKind::Sequential).upper > 0);
    }

    void picturesHaveTheColoursOfTheScale() {
        const std::vector<float> values{-2, 0, 2, 5, notANumber, -9};
        const QColor warn(Qt::magenta);
        for (const auto scheme : {ColorScheme::Light, ColorScheme::Dark}) {
            const QImage image = mapImage(values, 3, 2, {-2, 2, ColorMapKind::Diverging}, scheme, warn);
            const auto table = colorTable(ColorMapKind::Diverging, scheme);
            QCOMPARE(image.pixel(0, 0), table.front());
            QCOMPARE(image.pixel(2, 0), table.back());
            QCOMPARE(image.pixel(0, 1), table.back());   // beyond the scale
            QCOMPARE(image.pixel(2, 1), table.front());  // the same below
            QCOMPARE(image.pixel(1, 1), warn.rgb());
            QVERIFY(image.pixel(1, 0) == table[127] || image.pixel(1, 0) == table[128]);
        }
    }

    void mapsDoNotOverlapAndFit_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<bool>("table");
        for (const int count : {1, 3, 12, 16, 32, 64, 128}) QTest::addRow("flow %d", count) << count << false;
        for (const int count : {3, 6, 12}) QTest::addRow("table %d", count) << count << true;
    }
    void mapsDoNotOverlapAndFit() {
        QFETCH(int, count);
        QFETCH(bool, table);
        FeatureMapCard card(m_theme);
        card.resize(760, 520);
        card.show();
        card.setContent(content(count, table ? MapArrangement::Table : MapArrangement::Flow));
        QCoreApplication::processEvents();
        const MapSheet& sheet = *card.sheet();
        for (int i = 0; i < count; ++i) {
            QVERIFY(sheet.rect().contains(sheet.mapRect(i)));
            QVERIFY(sheet.mapRect(i).width() >= 56);
            for (int j = 0; j < i; ++j) QVERIFY(!sheet.mapRect(i).intersects(sheet.mapRect(j)));
        }
        const auto* scroll = card.findChild<QScrollArea*>();
        QVERIFY(sheet.width() <= scroll->viewport()->width());
        if (count <= 32) QVERIFY(sheet.height() <= scroll->viewport()->height() || table);
    }

    void mouseAndKeysPointAtValues() {
        FeatureMapCard card(m_theme);
        card.resize(700, 480);
        card.setContent(content(9, MapArrangement::Table));
        card.show();
        QVERIFY(QTest::qWaitForWindowExposed(&card));
        MapSheet* sheet = card.sheet();
        QSignalSpy pointed(sheet, &MapSheet::pointed), activated(sheet, &MapSheet::activated);
        const QRect map = sheet->mapRect(4);
        const QPoint at(map.left() + map.width() * 5 / 12, map.top() + map.height() * 9 / 12);
        QMouseEvent move(QEvent::MouseMove, at, {}, Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(sheet, &move);
        QCOMPARE(sheet->current(), (MapPoint{4, 4, 2}));
        QCOMPARE(pointed.size(), 1);
        QTest::mouseClick(sheet, Qt::LeftButton, {}, at);
        QCOMPARE(activated.size(), 1);
        QTest::keyClick(sheet, Qt::Key_Right);
        QTest::keyClick(sheet, Qt::Key_Up);
        QCOMPARE(sheet->current(), (MapPoint{4, 3, 3}));
        QTest::keyClick(sheet, Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(sheet->current(), (MapPoint{7, 3, 3}));
        for (int i = 0; i < 12; ++i) QTest::keyClick(sheet, Qt::Key_Right);
        QCOMPARE(sheet->current()->column, side - 1);
        QTest::keyClick(sheet, Qt::Key_Return);
        QCOMPARE(activated.back().front().toInt(), 7);
        // Other values, same place: told again, since the number is another one.
        const auto told = pointed.size();
        card.setContent(content(9, MapArrangement::Table));
        QCOMPARE(pointed.size(), told + 1);
        // Fewer maps: the place is gone.
        QSignalSpy nowhere(sheet, &MapSheet::pointedNowhere);
        card.setContent(content(3, MapArrangement::Table));
        QCOMPARE(nowhere.size(), 1);
        QVERIFY(!sheet->current());
    }

    void csvHoldsEveryValue() {
        FeatureMapCard card(m_theme);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, card.csv());
        card.setContent(content(2, MapArrangement::Table));
        const auto lines = card.csv().split('\n');
        QCOMPARE(lines.size(), 2 * side * side + 2);
        QCOMPARE(lines[0], QByteArray("channel,stage,row,column,value"));
        QVERIFY(lines[1 + side * side + 7].startsWith("1,after,1,1,0.19444"));
    }

    void allFormatsCanBeSaved() {
        FeatureMapCard card(m_theme);
        card.resize(700, 480);
        card.setTitle(QStringLiteral("bn1 at step 5, eval mode"));
        card.setContent(content(12, MapArrangement::Flow));
        for (const auto format : {PlotFormat::Png, PlotFormat::Svg, PlotFormat::Pdf, PlotFormat::Csv}) {
            QVERIFY(renderPlot(card, format).size() > 500);
        }
        ImageCard image(m_theme);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, image.csv());
        ImageCardContent of{.picture = QImage(28, 28, QImage::Format_RGB32), .label = QStringLiteral("Bag")};
        of.picture.fill(Qt::darkGreen);
        of.classes = {{QStringLiteral("Bag"), 0.25, true, false}, {QStringLiteral("=Coat"), 0.75, false, true}};
        image.setContent(of);
        QCOMPARE(image.csv(), QByteArray("class,probability,label,prediction\nBag,0.25,1,0\n'=Coat,0.75,0,1\n"));
        for (const auto format : {PlotFormat::Png, PlotFormat::Svg, PlotFormat::Pdf}) {
            QVERIFY(renderPlot(image, format).size() > 500);
        }
    }

    void actionsAskForFiles() {
        FeatureMapCard card(m_theme);
        QSignalSpy array(&card, &FeatureMapCard::saveArrayAsked), all(&card, &FeatureMapCard::saveAllAsked);
        for (QAction* action : card.actions()) {
            if (action->objectName() == "saveNpy" || action->objectName() == "saveAllMaps") action->trigger();
        }
        QCOMPARE(array.size(), 1);
        QCOMPARE(all.size(), 1);
    }
};

QTEST_MAIN(tst_FeatureMapCard)
#include "tst_FeatureMapCard.moc"
