// Small pictures in rows.
#include "widgets/pictures/PictureCard.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>

using namespace normscope::widgets;

namespace {

std::vector<PictureTile> tiles(int count) {
    std::vector<PictureTile> all;
    for (int i = 0; i < count; ++i) {
        QImage picture(4, 4, QImage::Format_Grayscale8);
        picture.fill(i * 10);
        all.push_back({.picture = picture, .captions = {{QString::number(i), Meaning::EvalMode}}, .toolTip = "t"});
    }
    return all;
}

}  // namespace

class tst_PictureWall : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void wrapsToTheWidth() {
        Theme theme(ColorScheme::Light);
        PictureWall wall(theme);
        wall.setTiles(tiles(10));
        QVERIFY(wall.heightForWidth(2000) < wall.heightForWidth(200));
        wall.resize(200, wall.heightForWidth(200));
        for (int i = 0; i < 10; ++i) {
            QVERIFY(wall.rect().contains(wall.tileRect(i)));
            for (int k = 0; k < i; ++k) QVERIFY(!wall.tileRect(i).intersects(wall.tileRect(k)));
        }
    }

    void choosesByMouseAndKeys() {
        Theme theme(ColorScheme::Light);
        PictureWall wall(theme);
        wall.setTiles(tiles(5));
        wall.resize(1000, 200);
        wall.show();
        QSignalSpy activated(&wall, &PictureWall::activated);
        QSignalSpy current(&wall, &PictureWall::currentChanged);
        QTest::mouseClick(&wall, Qt::LeftButton, {}, wall.tileRect(3).center());
        QCOMPARE(wall.current(), 3);
        QCOMPARE(activated.takeFirst().first().toInt(), 3);
        QTest::keyClick(&wall, Qt::Key_Right);
        QTest::keyClick(&wall, Qt::Key_Right);
        QCOMPARE(wall.current(), 4);
        QCOMPARE(current.size(), 2);
        QVERIFY(activated.isEmpty());
        QTest::keyClick(&wall, Qt::Key_Return);
        QCOMPARE(activated.takeFirst().first().toInt(), 4);
        QVERIFY(wall.accessibleDescription().contains("5 of 5"));
        wall.setTiles({});
        QTest::keyClick(&wall, Qt::Key_Return);
        QVERIFY(activated.isEmpty());
    }

    void showsThePictures() {
        Theme theme(ColorScheme::Light);
        PictureWall wall(theme);
        wall.setPictureSide(40);
        auto all = tiles(1);
        all[0].picture.fill(0);
        wall.setTiles(all);
        wall.resize(200, 100);
        const QImage seen = wall.grab().toImage();
        const QRect tile = wall.tileRect(0);
        QCOMPARE(seen.pixelColor(tile.center().x(), tile.top() + 20), QColor(Qt::black));
    }

    void theCardWritesItsTable() {
        Theme theme(ColorScheme::Light);
        PictureCard card(theme);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, card.csv());
        card.setTable({"image", "label"}, {{"3", "Shirt"}, {"4", "a,b"}});
        QCOMPARE(card.csv(), "image,label\n3,Shirt\n4,\"a,b\"\n");
    }
};

QTEST_MAIN(tst_PictureWall)
#include "tst_PictureWall.moc"
