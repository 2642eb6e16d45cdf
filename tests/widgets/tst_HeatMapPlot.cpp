#include "widgets/plots/DecadeTicker.h"
#include "widgets/plots/HeatMapPlot.h"
#include "widgets/theme/Theme.h"

#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>
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

class tst_HeatMapPlot : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<HeatMapPlot> m_plot;

    /// Row r, column c: r + c/100.
    static HeatMapData someData(int rows = 8, int columns = 40) {
        HeatMapData data;
        data.grid = {1, 1, columns};
        for (int r = 0; r < rows; ++r) {
            data.rows.push_back({r, QStringLiteral("channel %1").arg(r), QString::number(r)});
            for (int c = 0; c < columns; ++c) data.cells.push_back(float(r) + float(c) / 100);
        }
        return data;
    }
    void settle() {
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
    }
    void move(const QPointF& at) {
        QMouseEvent event(QEvent::MouseMove, at, m_plot->chart().mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&m_plot->chart(), &event);
    }

   private slots:
    void initTestCase() { Theme::loadFonts(); }
    void init() {
        m_plot = std::make_unique<HeatMapPlot>(m_theme);
        m_plot->resize(620, 360);
        m_plot->setTitle(QStringLiteral("Batch mean"));
        m_plot->show();
        m_plot->setData(someData());
        settle();
    }

    void drawsEveryCellInItsColour() {
        const QImage picture = m_plot->chart().grab().toImage();
        for (const auto& [row, column] : {std::pair(0, 0), {3, 20}, {7, 39}}) {
            const QPoint at = m_plot->cellRect(row, column).center().toPoint();
            QCOMPARE(picture.pixelColor(at), m_plot->colorOf(row, column));
        }
        // Lightness grows with the value.
        QVERIFY(m_plot->colorOf(0, 0).lightnessF() < m_plot->colorOf(3, 0).lightnessF());
        QVERIFY(m_plot->colorOf(3, 0).lightnessF() < m_plot->colorOf(7, 0).lightnessF());
    }

    void oneOutlierDoesNotTakeAllColours() {
        HeatMapData data = someData();
        data.cells[100] = 1e9F;
        m_plot->setData(data);
        settle();
        QVERIFY(m_plot->colorRange().second < 10);
        QCOMPARE(m_plot->colorOf(2, 20),
                 QColor::fromRgb(colorTable(ColorMapKind::Sequential, ColorScheme::Light)[255]));
    }

    void divergesAroundZero() {
        HeatMapData data = someData();
        for (float& value : data.cells) value -= 2;
        data.colors = ColorMapKind::Diverging;
        data.cells[0] = 0;
        m_plot->setData(data);
        settle();
        const auto [lower, upper] = m_plot->colorRange();
        QCOMPARE(lower, -upper);
        const QColor middle = m_plot->colorOf(0, 0), below = m_plot->colorOf(1, 0), above = m_plot->colorOf(6, 0);
        QVERIFY(middle.saturationF() < 0.1);
        QVERIFY(below.red() > below.blue());
        QVERIFY(above.blue() > above.red());
    }

    void logarithmicColours() {
        HeatMapData data = someData(4, 2);
        data.cells = {1, 10, 100, 1000, 1, 10, 100, 0};
        data.logarithmic = true;
        m_plot->setData(data);
        settle();
        const auto table = colorTable(ColorMapKind::Sequential, ColorScheme::Light);
        const auto [lower, upper] = m_plot->colorRange();
        QVERIFY(std::abs(lower) < 1e-12 && std::abs(upper - 3) < 1e-9);
        QCOMPARE(m_plot->colorOf(0, 1), QColor::fromRgb(table[85]));
        QCOMPARE(m_plot->colorOf(3, 1), QColor::fromRgb(table[0]));  // no logarithm: the lowest
    }

    void notFiniteIsNoColourOfTheScale() {
        HeatMapData data = someData();
        data.cells[0] = std::numeric_limits<float>::infinity();
        data.cells[1] = std::numeric_limits<float>::quiet_NaN();
        m_plot->setData(data);
        settle();
        QCOMPARE(m_plot->colorOf(0, 0).rgb(), m_theme.colors().warn.rgb());
        QCOMPARE(m_plot->colorOf(0, 1).rgb(), m_theme.colors().surface.rgb());
        QVERIFY(m_plot->csv().contains("\n1,nan,"));
        QVERIFY(m_plot->csv().contains("\n2,,"));
    }

    void hoverReadsTheExactValue() {
        m_plot->setReader([](int id, std::int64_t step) { return QStringLiteral("%1 at %2").arg(id).arg(step); });
        QSignalSpy moved(m_plot.get(), &HeatMapPlot::cursorMoved);
        QSignalSpy left(m_plot.get(), &HeatMapPlot::cursorLeft);
        const int drawn = m_plot->replotCount();
        move(m_plot->cellRect(5, 11).center());
        QCOMPARE(m_plot->readout().title(), "step 12");
        QCOMPARE(m_plot->readout().rows().front().name, "channel 5");
        QCOMPARE(m_plot->readout().rows().front().value, "5 at 12");
        QCOMPARE(moved.size(), 1);
        QCOMPARE(moved[0][0].toDouble(), 12.0);
        QCOMPARE(m_plot->replotCount(), drawn);  // only the readout's layer
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&m_plot->chart(), &leave);
        QVERIFY(!m_plot->readout().isShown());
        QCOMPARE(left.size(), 1);
    }

    void clickAndKeysActivateARow() {
        QSignalSpy activated(m_plot.get(), &HeatMapPlot::rowActivated);
        const QPoint at = m_plot->cellRect(6, 3).center().toPoint();
        QTest::mouseClick(&m_plot->chart(), Qt::LeftButton, {}, at);
        QTest::mouseClick(&m_plot->chart(), Qt::LeftButton, Qt::ControlModifier, at);
        QCOMPARE(activated.size(), 2);
        QCOMPARE(activated[0][0].toInt(), 6);
        QVERIFY(!activated[0][1].toBool() && activated[1][1].toBool());
        QTest::keyClick(&m_plot->chart(), Qt::Key_Down);  // begins at the newest step of the first row
        QTest::keyClick(&m_plot->chart(), Qt::Key_Down);
        QTest::keyClick(&m_plot->chart(), Qt::Key_Left);
        QCOMPARE(m_plot->readout().title(), "step 39");
        QTest::keyClick(&m_plot->chart(), Qt::Key_Return);
        QCOMPARE(activated[2][0].toInt(), 1);
    }

    void zoomsAndComesBack() {
        QSignalSpy zoomed(m_plot.get(), &HeatMapPlot::zoomChanged);
        const QPointF at = m_plot->cellRect(0, 20).center();
        QWheelEvent wheel(at, m_plot->chart().mapToGlobal(at), {}, {0, 240}, Qt::NoButton, {}, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(&m_plot->chart(), &wheel);
        QCOMPARE(zoomed.size(), 1);
        const auto steps = *m_plot->zoomedSteps();
        QVERIFY(steps.first > 1 && steps.second < 40 && steps.first <= 21 && steps.second >= 21);
        QTest::keyClick(&m_plot->chart(), Qt::Key_Escape);
        QVERIFY(!m_plot->zoomedSteps());
    }

    void marksStandBesideTheirRows() {
        HeatMapData data = someData();
        data.rows[2].mark = QStringLiteral("|γ| < 0.001");
        data.rows[4].selected = true;
        const auto besideRow = [this](int row, const QColor& color) {
            const QImage picture = m_plot->chart().grab().toImage();
            const QRectF cell = m_plot->cellRect(row, 0);
            int found = 0;
            for (int y = int(cell.top()) + 1; y < int(cell.bottom()); ++y) {
                for (int x = int(cell.left()) - 14; x < int(cell.left()); ++x) {
                    found += isLike(picture.pixelColor(x, y), color) ? 1 : 0;
                }
            }
            return found;
        };
        QCOMPARE(besideRow(4, m_theme.colors().accent), 0);
        m_plot->setData(data);
        settle();
        QVERIFY(besideRow(2, m_theme.colors().warn) > 0);
        QCOMPARE(besideRow(3, m_theme.colors().warn), 0);
        QVERIFY(besideRow(4, m_theme.colors().accent) > 10);
        move(m_plot->cellRect(2, 5).center());
        QCOMPARE(m_plot->readout().rows().back().value, QStringLiteral("|γ| < 0.001"));
    }

    void savesAsValuesAndPictures() {
        const QByteArray csv = m_plot->csv();
        QVERIFY(csv.startsWith("step,channel 0,channel 1,"));
        QCOMPARE(csv.count('\n'), 41);
        QVERIFY(csv.contains("\n3,0.0199999996,1.01999998,"));
        QVERIFY(renderPlot(*m_plot, PlotFormat::Svg).contains("<image"));
        m_plot->setData({});
        QVERIFY_EXCEPTION_THROWN(m_plot->csv(), std::runtime_error);
    }

    void drawsFastEnough() {
        HeatMapData data = someData(64, 600);
        m_plot->setData(data);
        settle();
        QBENCHMARK {
            m_plot->setData(data);
            settle();
        }
    }

    void decadesAreLabelled() {
        QCOMPARE(DecadeTicker::labelOf(-5), QStringLiteral("10⁻⁵"));
        QCOMPARE(DecadeTicker::labelOf(-1), QStringLiteral("0.1"));
        QCOMPARE(DecadeTicker::labelOf(std::log10(200)), QStringLiteral("200"));
        QCOMPARE(DecadeTicker::labelOf(std::log10(2e-7)), QStringLiteral("2·10⁻⁷"));
        QCOMPARE(DecadeTicker::labelOf(12), QStringLiteral("10¹²"));
    }
};

QTEST_MAIN(tst_HeatMapPlot)
#include "tst_HeatMapPlot.moc"
