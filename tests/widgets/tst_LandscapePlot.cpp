#include "widgets/plots/LandscapePlot.h"
#include "widgets/theme/Theme.h"

#include <QTest>

#include <limits>
#include <memory>

using namespace normscope;
using namespace normscope::widgets;

class tst_LandscapePlot : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<LandscapePlot> m_plot;

   private slots:
    void initTestCase() { Theme::loadFonts(); }
    void init() {
        m_plot = std::make_unique<LandscapePlot>(m_theme);
        m_plot->resize(460, 240);
        m_plot->setSamples({{-0.1, 2, 0.5}, {0, 1.5, 0}, {0.1, 1, 0.4}, {0.2, std::nan(""), 3}}, 0.1);
        m_plot->show();
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
    }

    void hoverReadsTheNearestPoint() {
        const QPointF at = m_plot->pixelOf(2) + QPointF(6, -20);
        QMouseEvent event(QEvent::MouseMove, at, m_plot->chart().mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&m_plot->chart(), &event);
        QCOMPARE(m_plot->readout().title(), QStringLiteral("η = 0.1"));
        QCOMPARE(m_plot->readout().rows()[0].value, "1");
        QCOMPARE(m_plot->readout().rows()[1].value, "0.4");
        QTest::keyClick(&m_plot->chart(), Qt::Key_Left);
        QCOMPARE(m_plot->readout().title(), QStringLiteral("η = 0"));
    }

    void zeroIsMarked() {
        const QImage picture = m_plot->chart().grab().toImage();
        const QPoint zero = m_plot->pixelOf(1).toPoint();
        int marked = 0;
        for (int x = zero.x() - 2; x <= zero.x() + 2; ++x) {
            for (int y = zero.y() + 20; y < zero.y() + 40; ++y) {
                marked += picture.pixelColor(x, y).blue() > picture.pixelColor(x, y).red() + 60 ? 1 : 0;
            }
        }
        QVERIFY(marked >= 15);
    }

    void savesAsValues() {
        QVERIFY(m_plot->csv().startsWith("step size,loss,relative gradient change\n-0.1,2,0.5\n0,1.5,0\n"));
        QVERIFY(renderPlot(*m_plot, PlotFormat::Svg).size() > 1000);
        m_plot->setSamples({}, 0);
        QVERIFY_EXCEPTION_THROWN(m_plot->csv(), std::runtime_error);
    }
};

QTEST_MAIN(tst_LandscapePlot)
#include "tst_LandscapePlot.moc"
