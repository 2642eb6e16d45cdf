#include "widgets/plots/AxisOffset.h"
#include "widgets/plots/HistogramPlot.h"
#include "widgets/plots/LegendEntry.h"
#include "widgets/plots/PlotExporter.h"
#include "widgets/plots/RidgePlot.h"
#include "widgets/theme/Theme.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::widgets;

namespace {

constexpr std::size_t bins = 40;

HistogramContent content(double lower, double width) {
    HistogramContent made{.lower = lower, .width = width};
    HistogramContent::Bars bars{.name = QStringLiteral("values")};
    HistogramContent::Expected line{.name = QStringLiteral("running Gaussian"), .meaning = Meaning::Running};
    for (std::size_t i = 0; i < bins; ++i) {
        const double x = (double(i) - 18) / 6;
        bars.counts.push_back(std::int64_t(std::lround(1000 * std::exp(-x * x / 2))));
        bars.shares.push_back(double(bars.counts.back()) / 15000);
        line.shares.push_back(0.05 * std::exp(-(x - 1) * (x - 1) / 2));
    }
    made.bars.push_back(bars);
    made.expected.push_back(line);
    made.remarks = QStringList{QStringLiteral("mean 0.1, σ 1.2"), QStringLiteral("edge bins hold 3 from below")};
    return made;
}

void settle() {
    QCoreApplication::processEvents();
    QCoreApplication::processEvents();
}

int pixelsOf(const QImage& picture, const QColor& color) {
    int count = 0;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) count += picture.pixelColor(x, y).rgb() == color.rgb() ? 1 : 0;
    }
    return count;
}

}  // namespace

class tst_HistogramPlot : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    std::unique_ptr<HistogramPlot> m_plot;

   private slots:
    void initTestCase() { Theme::loadFonts(); }
    void init() {
        m_plot = std::make_unique<HistogramPlot>(m_theme);
        m_plot->resize(360, 240);
        m_plot->setTitle(QStringLiteral("x, before bn2, channel 7"));
        m_plot->show();
        settle();
    }
    void cleanup() { m_plot.reset(); }

    void drawsBarsAndLine() {
        m_plot->setContent(content(-3, 0.15));
        settle();
        const QImage picture = m_plot->chart().grab().toImage();
        const ThemeColors& colors = m_theme.colors();
        QVERIFY(pixelsOf(picture, mixed(colors.surface, colors.faint, 0.3)) > 2000);
        QVERIFY(pixelsOf(picture, colors.running) > 100);
        QVERIFY(std::abs(m_plot->chart().xAxis->range().lower + 3) < 1e-9);
        QVERIFY(std::abs(m_plot->chart().xAxis->range().upper - 3) < 1e-9);
        QVERIFY(m_plot->chart().yAxis->range().upper > 100 * 1000.0 / 15000);
        QVERIFY(m_plot->chart().xAxis->label().isEmpty());
    }

    void aFarRangeIsShownFromAnOffset() {
        m_plot->setContent(content(1000.2, 1e-4));
        settle();
        QVERIFY2(m_plot->chart().xAxis->label().startsWith("value − 1000.2"),
                 qPrintable(m_plot->chart().xAxis->label()));
        QVERIFY(std::abs(m_plot->chart().xAxis->range().upper) < 0.01);
        QVERIFY(std::abs(m_plot->chart().xAxis->range().size() - 40 * 1e-4) < 1e-9);
    }

    void offsetsAreRoundAndInside_data() {
        QTest::addColumn<double>("lower");
        QTest::addColumn<double>("upper");
        QTest::addColumn<bool>("has");
        QTest::newRow("around zero") << -1.0 << 1.0 << false;
        QTest::newRow("near zero") << 3.0 << 4.0 << false;
        QTest::newRow("far") << 999.99 << 1000.01 << true;
        QTest::newRow("far below") << -5000.2 << -5000.1 << true;
        QTest::newRow("tiny") << 1e-6 << 1.0001e-6 << true;
        QTest::newRow("huge") << 1e12 << 1.000001e12 << true;
        QTest::newRow("no width") << 5.0 << 5.0 << false;
    }
    void offsetsAreRoundAndInside() {
        QFETCH(double, lower);
        QFETCH(double, upper);
        QFETCH(bool, has);
        const double offset = axisOffset(lower, upper);
        QCOMPARE(offset != 0, has);
        if (!has) return;
        QVERIFY(offset > lower - (upper - lower) && offset < upper + (upper - lower));
        QVERIFY(axisOffsetLabel(offset).size() < 24);
        QCOMPARE(axisOffsetLabel(offset).contains(QStringLiteral("−")), offset > 0);
    }

    void remarksLieOverNothing() {
        HistogramContent made = content(-3, 0.15);
        for (int line = 0; line < 3; ++line) made.remarks << QStringLiteral("one more line");
        m_plot->setContent(made);
        settle();
        const QCPItemText* remarks = nullptr;
        for (int i = 0; i < m_plot->chart().itemCount(); ++i) {
            const auto* text = qobject_cast<QCPItemText*>(m_plot->chart().item(i));
            if (text && text->visible() && text->text().contains("one more line")) remarks = text;
        }
        QVERIFY(remarks);
        const QCPAxis* x = m_plot->chart().xAxis;
        const double left = remarks->left->pixelPosition().x(), right = remarks->right->pixelPosition().x();
        const double bottom = remarks->bottom->pixelPosition().y();
        for (std::size_t bin = 0; bin < bins; ++bin) {
            const double lower = -3 + 0.15 * double(bin);
            if (x->coordToPixel(lower + 0.15) < left || x->coordToPixel(lower) > right) continue;
            const double bar = m_plot->chart().yAxis->coordToPixel(100 * made.bars[0].shares[bin]);
            QVERIFY2(bar >= bottom - 1, qPrintable(QStringLiteral("bin %1: %2 over %3").arg(bin).arg(bar).arg(bottom)));
        }
    }

    void keysAndMouseTellTheNumbersOfABin() {
        m_plot->setContent(content(-3, 0.15));
        settle();
        QVERIFY(!m_plot->readout().isShown());
        QTest::keyClick(&m_plot->chart(), Qt::Key_Right);
        QVERIFY(m_plot->readout().isShown());
        QCOMPARE(m_plot->readout().rows().size(), 2U);
        const QString first = m_plot->readout().title();
        QTest::keyClick(&m_plot->chart(), Qt::Key_Left);
        QVERIFY(m_plot->readout().title() != first);
        const QRect area = m_plot->chart().axisRect()->rect();
        const double x = m_plot->chart().xAxis->coordToPixel(-3 + 0.15 * 18.5);  // the highest bin
        QMouseEvent move(QEvent::MouseMove, QPointF(x, area.center().y()), {}, Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&m_plot->chart(), &move);
        const auto& rows = m_plot->readout().rows();
        QVERIFY2(rows[0].value.contains("1,000") && rows[0].value.startsWith("6.667 %"), qPrintable(rows[0].value));
        QVERIFY(m_plot->readout().title().contains(QStringLiteral("…")));
    }

    void csvHoldsEveryBin() {
        m_plot->setContent(content(-3, 0.15));
        const auto lines = m_plot->csv().split('\n');
        QCOMPARE(lines[0], QByteArray("from,to,values,values (count),running Gaussian"));
        QCOMPARE(lines.size(), qsizetype(bins) + 2);
        const auto cells = lines[19].split(',');
        QVERIFY(std::abs(cells[0].toDouble() - (-3 + 18 * 0.15)) < 1e-12);
        QCOMPARE(cells[3].toInt(), 1000);
        QCOMPARE(cells[2].toDouble(), m_plot->content().bars[0].shares[18]);
    }

    void emptySaysWhy() {
        m_plot->clear(QStringLiteral("No activation follows bn2"));
        settle();
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, m_plot->csv());
        QTest::keyClick(&m_plot->chart(), Qt::Key_Right);
        QVERIFY(!m_plot->readout().isShown());
    }

    void warningsAreDrawnAsSuch() {
        HistogramContent made = content(-3, 0.15);
        made.warnings = QStringList{QStringLiteral("3 NaN of 15000 values")};
        m_plot->setContent(made);
        settle();
        // Letters are blended: look for something close to the colour.
        const QImage picture = m_plot->chart().grab().toImage();
        const QColor warn = m_theme.colors().warn;
        int close = 0;
        for (int y = 0; y < picture.height(); ++y) {
            for (int x = 0; x < picture.width(); ++x) {
                const QColor pixel = picture.pixelColor(x, y);
                close += std::abs(pixel.red() - warn.red()) + std::abs(pixel.green() - warn.green()) +
                                     std::abs(pixel.blue() - warn.blue()) <
                                 60
                             ? 1
                             : 0;
            }
        }
        QVERIFY2(close > 20, qPrintable(QString::number(close)));
    }

    void whatTheUserHidStaysHidden() {
        m_plot->setContent(content(-3, 0.15));
        settle();
        const auto entries = m_plot->findChildren<LegendEntry*>();
        QTest::mouseClick(entries.back(), Qt::LeftButton);
        m_plot->setContent(content(-3, 0.16));
        settle();
        QCOMPARE(m_plot->chart().graphCount(), 1);
    }

    void allFormatsCanBeSaved() {
        m_plot->setContent(content(-3, 0.15));
        for (const auto format : {PlotFormat::Png, PlotFormat::Svg, PlotFormat::Pdf, PlotFormat::Csv}) {
            QVERIFY(renderPlot(*m_plot, format).size() > 500);
        }
    }

    void hiddenItIsNotDrawn() {
        m_plot->hide();
        const int before = m_plot->replotCount();
        m_plot->setContent(content(-3, 0.15));
        settle();
        QCOMPARE(m_plot->replotCount(), before);
        m_plot->show();
        settle();
        QVERIFY(m_plot->replotCount() > before);
    }

    void ridgesKeepTheirOrder() {
        RidgePlot ridge(m_theme);
        ridge.resize(300, 400);
        ridge.show();
        std::vector<RidgeRow> rows;
        for (int i = 0; i < 6; ++i) {
            const auto made = content(-3 + i, 0.15);
            rows.push_back({.step = 10 * i,
                            .lower = made.lower,
                            .width = made.width,
                            .shares = made.bars[0].shares,
                            .batchMean = -0.3 + i,
                            .runningMean = 0.5 * i});
        }
        ridge.setRows(rows);
        settle();
        QCOMPARE(ridge.chart().plottableCount(), 8);  // six rows and two lines of means
        QVERIFY(std::abs(ridge.chart().xAxis->range().upper - 8) < 1e-9);
        // The newest at the bottom, which the keys begin with.
        QTest::keyClick(&ridge.chart(), Qt::Key_Down);
        QCOMPARE(ridge.readout().title(), QStringLiteral("step 50"));
        QTest::keyClick(&ridge.chart(), Qt::Key_Up);
        QCOMPARE(ridge.readout().title(), QStringLiteral("step 40"));
        QCOMPARE(ridge.readout().rows()[0].value, QStringLiteral("3.7"));
        QVERIFY(ridge.readout().title() == QStringLiteral("step 40"));
        const auto lines = ridge.csv().split('\n');
        QCOMPARE(lines.size(), qsizetype(6 * bins) + 2);
        QVERIFY(lines[1].startsWith("0,-3,"));
        for (const auto format : {PlotFormat::Png, PlotFormat::Svg, PlotFormat::Pdf, PlotFormat::Csv}) {
            QVERIFY(renderPlot(ridge, format).size() > 500);
        }
    }
};

QTEST_MAIN(tst_HistogramPlot)
#include "tst_HistogramPlot.moc"
