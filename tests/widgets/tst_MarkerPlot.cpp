#include "widgets/plots/MarkerPlot.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>

#include <limits>
#include <memory>

using namespace normscope;
using namespace normscope::widgets;

class tst_MarkerPlot : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<MarkerPlot> m_plot;

    void settle() {
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
    }

   private slots:
    void initTestCase() { Theme::loadFonts(); }
    void init() {
        m_plot = std::make_unique<MarkerPlot>(m_theme);
        m_plot->resize(460, 240);
        m_plot->setTitle(QStringLiteral("Scale"));
        m_plot->setLogarithmic(true);
        m_plot->setData(
            {QStringLiteral("conv1"), QStringLiteral("bn1"), QStringLiteral("linear")},
            {{QStringLiteral("activations"), Meaning::Neutral, {10, 1, 0}},
             {QStringLiteral("gradients"), Meaning::Quiet, {1e-3, std::numeric_limits<double>::infinity(), 1e-4}}});
        m_plot->show();
        settle();
    }

    void largerStandsHigherByDecades() {
        const double ten = m_plot->pixelOf(0, 0).y(), one = m_plot->pixelOf(1, 0).y();
        const double thousandth = m_plot->pixelOf(0, 1).y(), tenThousandth = m_plot->pixelOf(2, 1).y();
        QVERIFY(ten < one && one < thousandth && thousandth < tenThousandth);
        QVERIFY(std::abs((one - ten) - (tenThousandth - thousandth)) < 1e-6);
        QVERIFY(m_plot->pixelOf(0, 0).x() < m_plot->pixelOf(1, 0).x());
    }

    void whatHasNoLogarithmStandsAtTheEdges() {
        const QRect area = m_plot->chart().axisRect()->rect();
        QVERIFY(m_plot->pixelOf(2, 0).y() > area.bottom() - 8);  // 0
        QVERIFY(m_plot->pixelOf(1, 1).y() < area.top() + 8);     // not finite
        const QImage picture = m_plot->chart().grab().toImage();
        int warning = 0;
        const QPoint at = m_plot->pixelOf(1, 1).toPoint();
        for (int y = at.y() - 5; y <= at.y() + 5; ++y) {
            for (int x = at.x() - 5; x <= at.x() + 5; ++x) {
                const QColor pixel = picture.pixelColor(x, y), warn = m_theme.colors().warn;
                warning += std::abs(pixel.red() - warn.red()) + std::abs(pixel.blue() - warn.blue()) < 80 ? 1 : 0;
            }
        }
        QVERIFY(warning > 4);
    }

    void hoverClickAndKeys() {
        QSignalSpy activated(m_plot.get(), &MarkerPlot::categoryActivated);
        const QPointF at = m_plot->pixelOf(1, 0);
        QMouseEvent event(QEvent::MouseMove, at, m_plot->chart().mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&m_plot->chart(), &event);
        QCOMPARE(m_plot->readout().title(), "bn1");
        QCOMPARE(m_plot->readout().rows()[0].value, "1");
        QCOMPARE(m_plot->readout().rows()[1].value, QStringLiteral("∞"));
        QTest::mouseClick(&m_plot->chart(), Qt::LeftButton, {}, at.toPoint());
        QTest::keyClick(&m_plot->chart(), Qt::Key_Right);
        QTest::keyClick(&m_plot->chart(), Qt::Key_Return);
        QCOMPARE(activated.size(), 2);
        QCOMPARE(activated[0][0].toInt(), 1);
        QCOMPARE(activated[1][0].toInt(), 2);
    }

    void chosenOnesAreSeen() {
        const QPoint beside = m_plot->pixelOf(0, 0).toPoint() + QPoint(12, 20);
        QVERIFY(m_plot->chart().grab().toImage().pixelColor(beside).rgb() != m_theme.colors().accentBackground.rgb());
        m_plot->setChosen({0});
        settle();
        QCOMPARE(m_plot->chart().grab().toImage().pixelColor(beside).rgb(), m_theme.colors().accentBackground.rgb());
    }

    void savesAsValues() {
        QCOMPARE(m_plot->csv(), "name,activations,gradients\nconv1,10,0.001\nbn1,1,inf\nlinear,0,0.0001\n");
        QVERIFY(renderPlot(*m_plot, PlotFormat::Pdf).startsWith("%PDF"));
        m_plot->setData({}, {});
        QVERIFY_EXCEPTION_THROWN(m_plot->csv(), std::runtime_error);
    }
};

QTEST_MAIN(tst_MarkerPlot)
#include "tst_MarkerPlot.moc"
