#include "widgets/plots/TrailPlot.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>

#include <limits>
#include <memory>

using namespace normscope;
using namespace normscope::widgets;

namespace {

/// Thin lines are smoothed: their colour is mixed with what is behind.
bool isLike(const QColor& a, const QColor& b) {
    return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue()) < 100;
}

}  // namespace

class tst_TrailPlot : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<TrailPlot> m_plot;

    void settle() {
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
    }
    void move(const QPointF& at) {
        QMouseEvent event(QEvent::MouseMove, at, m_plot->chart().mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&m_plot->chart(), &event);
    }
    /// Pixels of one colour near a place.
    int pixelsNear(const QPointF& at, const QColor& color) {
        const QImage picture = m_plot->chart().grab().toImage();
        int found = 0;
        for (int y = int(at.y()) - 7; y <= int(at.y()) + 7; ++y) {
            for (int x = int(at.x()) - 7; x <= int(at.x()) + 7; ++x) {
                found += picture.valid(x, y) && isLike(picture.pixelColor(x, y), color) ? 1 : 0;
            }
        }
        return found;
    }

   private slots:
    void initTestCase() { Theme::loadFonts(); }
    void init() {
        m_plot = std::make_unique<TrailPlot>(m_theme);
        m_plot->resize(400, 360);
        m_plot->setTitle(QStringLiteral("Plane"));
        m_plot->setAxes(QStringLiteral("γ"), &ThemeColors::gamma, QStringLiteral("β"), &ThemeColors::beta);
        m_plot->setPoints({{3, QStringLiteral("channel 3"), {1, 0.5}, {{1, 0}, {1.1, 0.2}}, 0},
                           {4, QStringLiteral("channel 4"), {0.5, -0.5}},
                           {5, QStringLiteral("channel 5"), {0, -0.2}, {}, -1, QStringLiteral("|γ| < 0.001")}});
        m_plot->show();
        settle();
    }

    void allIsInside() {
        const QRect inside = m_plot->chart().axisRect()->rect();
        for (const TrailPoint& point : m_plot->points()) QVERIFY(inside.contains(m_plot->pixelOf(point).toPoint()));
        QVERIFY(m_plot->chart().xAxis->range().contains(1.1));
    }

    void selectedAndDeadAreSeen() {
        QVERIFY(pixelsNear(m_plot->pixelOf(m_plot->points()[0]), m_theme.colors().accent) > 20);
        QCOMPARE(pixelsNear(m_plot->pixelOf(m_plot->points()[1]), m_theme.colors().accent), 0);
        QVERIFY(pixelsNear(m_plot->pixelOf(m_plot->points()[2]), m_theme.colors().warn) > 2);
        QCOMPARE(pixelsNear(m_plot->pixelOf(m_plot->points()[1]), m_theme.colors().warn), 0);
    }

    void hoverReadsTheNearest() {
        move(m_plot->pixelOf(m_plot->points()[2]) + QPointF(5, 3));
        QCOMPARE(m_plot->readout().title(), "channel 5");
        QCOMPARE(m_plot->readout().rows()[1].value, QStringLiteral("−0.2"));
        QCOMPARE(m_plot->readout().rows()[2].value, QStringLiteral("|γ| < 0.001"));
        move(m_plot->pixelOf(m_plot->points()[2]) + QPointF(40, -40));
        QVERIFY(!m_plot->readout().isShown());
    }

    void clickAndKeysActivate() {
        QSignalSpy activated(m_plot.get(), &TrailPlot::pointActivated);
        QTest::mouseClick(&m_plot->chart(), Qt::LeftButton, Qt::ControlModifier,
                          m_plot->pixelOf(m_plot->points()[1]).toPoint());
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated[0][0].toInt(), 4);
        QVERIFY(activated[0][1].toBool());
        QTest::keyClick(&m_plot->chart(), Qt::Key_Right);
        QTest::keyClick(&m_plot->chart(), Qt::Key_Right);
        QTest::keyClick(&m_plot->chart(), Qt::Key_Left);
        QTest::keyClick(&m_plot->chart(), Qt::Key_Return);
        QCOMPARE(activated.size(), 2);
        QCOMPARE(activated[1][0].toInt(), 3);
    }

    void notFiniteIsLeftOut() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        m_plot->setPoints({{0, QStringLiteral("channel 0"), {nan, 1}, {{1, 1}, {nan, nan}, {1, 2}}, 0},
                           {1, QStringLiteral("channel 1"), {2, 2}}});
        settle();
        QVERIFY(m_plot->chart().xAxis->range().lower > 0.5 && m_plot->chart().xAxis->range().upper < 3);
        QVERIFY(m_plot->chart().grab().toImage().width() > 0);
    }

    void savesAsValues() {
        const QByteArray csv = m_plot->csv();
        QVERIFY2(csv.startsWith("name,place,γ,β\nchannel 3,-2,1,0\nchannel 3,-1,1.1,0.2\nchannel 3,0,1,0.5\n"), csv);
        QCOMPARE(csv.count('\n'), 6);
        QVERIFY(renderPlot(*m_plot, PlotFormat::Svg).size() > 1000);
        m_plot->setPoints({});
        QVERIFY_EXCEPTION_THROWN(m_plot->csv(), std::runtime_error);
    }
};

QTEST_MAIN(tst_TrailPlot)
#include "tst_TrailPlot.moc"
