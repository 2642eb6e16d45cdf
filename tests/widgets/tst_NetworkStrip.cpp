#include "widgets/network/NetworkStrip.h"
#include "widgets/theme/Theme.h"

#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using namespace normscope::widgets;

class tst_NetworkStrip : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};

    static std::vector<telemetry::LayerDescription> layers() {
        return {{"input", "Input", "1×28×28", 1, false},    {"conv1", "Conv2d", "3×3 · 16", 16, false},
                {"bn1", "BatchNorm2d", "", 16, true},       {"relu", "ReLU", "", 0, false},
                {"conv2", "Conv2d", "3×3 · 32", 32, false}, {"bn2", "BatchNorm2d", "32 channels", 32, true}};
    }

    static QList<LayerBlock*> blocks(NetworkStrip& strip) { return strip.findChildren<LayerBlock*>(); }

   private slots:
    void initTestCase() { qRegisterMetaType<LayerIndex>("normscope::LayerIndex"); }

    void clickSelectsNormLayersOnly() {
        NetworkStrip strip(m_theme);
        strip.resize(900, 62);
        strip.setLayers(layers());
        strip.show();
        QSignalSpy activated(&strip, &NetworkStrip::layerActivated);
        QTest::mouseClick(blocks(strip)[1], Qt::LeftButton);
        QCOMPARE(activated.count(), 0);
        QVERIFY(!strip.selectedLayer());
        QTest::mouseClick(blocks(strip)[5], Qt::LeftButton);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated[0][0].value<LayerIndex>().value, 5);
        QCOMPARE(strip.selectedLayer()->value, 5);
        QVERIFY(blocks(strip)[5]->isChecked());
    }

    void aSecondClickKeepsTheSelection() {
        NetworkStrip strip(m_theme);
        strip.setLayers(layers());
        QTest::mouseClick(blocks(strip)[2], Qt::LeftButton);
        QTest::mouseClick(blocks(strip)[2], Qt::LeftButton);
        QCOMPARE(strip.selectedLayer()->value, 2);
        QVERIFY(blocks(strip)[2]->isChecked());
    }

    void arrowsSkipOtherLayers() {
        NetworkStrip strip(m_theme);
        strip.setLayers(layers());
        strip.selectLayer(LayerIndex{2});
        QTest::keyClick(blocks(strip)[2], Qt::Key_Right);
        QCOMPARE(strip.selectedLayer()->value, 5);
        QTest::keyClick(blocks(strip)[5], Qt::Key_Right);
        QCOMPARE(strip.selectedLayer()->value, 5);
        QTest::keyClick(blocks(strip)[5], Qt::Key_Home);
        QCOMPARE(strip.selectedLayer()->value, 2);
        QCOMPARE(blocks(strip)[1]->focusPolicy(), Qt::NoFocus);
    }

    void selectLayerIsSilent() {
        NetworkStrip strip(m_theme);
        strip.setLayers(layers());
        QSignalSpy activated(&strip, &NetworkStrip::layerActivated);
        strip.selectLayer(LayerIndex{2});
        strip.selectLayer(LayerIndex{1});
        strip.selectLayer(LayerIndex{99});
        QCOMPARE(strip.selectedLayer()->value, 2);
        QCOMPARE(activated.count(), 0);
    }

    void saysHealth() {
        NetworkStrip strip(m_theme);
        strip.setLayers(layers());
        strip.setHealth(LayerIndex{2}, Health::Warn);
        strip.setHealth(LayerIndex{1}, Health::Warn);
        QVERIFY(blocks(strip)[2]->accessibleDescription().contains(QStringLiteral("attention")));
        QCOMPARE(blocks(strip)[1]->health(), Health::Unknown);
        QCOMPARE(blocks(strip)[2]->accessibleName(), QStringLiteral("bn1, BatchNorm2d"));
    }

    void shrinksThenScrolls() {
        NetworkStrip strip(m_theme);
        strip.setLayers(layers());
        strip.resize(1200, 62);
        strip.show();
        const int wide = blocks(strip)[2]->width();
        strip.resize(420, 62);
        QVERIFY(blocks(strip)[2]->width() < wide);
        QVERIFY(blocks(strip).constLast()->geometry().right() <= 420);
        strip.resize(200, 62);
        QTRY_VERIFY(strip.horizontalScrollBar()->maximum() > 0);
    }

    void newNetworkForgetsTheOld() {
        NetworkStrip strip(m_theme);
        strip.setLayers(layers());
        strip.selectLayer(LayerIndex{2});
        strip.setLayers({});
        QVERIFY(!strip.selectedLayer());
    }

    void showsWhereAPassStandsAndWhereItBroke() {
        NetworkStrip strip(m_theme);
        strip.setLayers({{.name = "input", .kind = "Input"},
                         {.name = "conv1", .kind = "Conv2d"},
                         {.name = "bn1", .kind = "BatchNorm2d", .channels = 4, .is_norm = true}});
        strip.showReached(LayerIndex{1});
        QVERIFY(strip.block({1})->isReached() && !strip.block({2})->isReached());
        strip.showReached(LayerIndex{2});
        QVERIFY(!strip.block({1})->isReached() && strip.block({2})->isReached());
        strip.showReached(std::nullopt);
        QVERIFY(!strip.block({2})->isReached());
        strip.showOrigin(LayerIndex{1});
        QVERIFY(strip.block({1})->isOrigin());
        QVERIFY(strip.block({1})->accessibleDescription().contains(QStringLiteral("not finite")));
        strip.showOrigin(std::nullopt);
        QVERIFY(!strip.block({1})->isOrigin());
    }
};

QTEST_MAIN(tst_NetworkStrip)
#include "tst_NetworkStrip.moc"
