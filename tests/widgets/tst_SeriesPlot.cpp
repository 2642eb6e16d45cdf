#include "tests/widgets/PlotFixture.h"
#include "widgets/plots/LegendEntry.h"
#include "widgets/plots/PlotCanvas.h"
#include "widgets/plots/SeriesPlot.h"
#include "widgets/theme/Theme.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <limits>
#include <memory>

using namespace normscope;
using namespace normscope::widgets;

class tst_SeriesPlot : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    PlotFixture m_run;
    std::unique_ptr<SeriesPlot> m_plot;
    QWidget* m_canvas = nullptr;

    QPoint middle() const { return m_canvas->rect().center(); }

    void wheel(QPoint at, int angle, Qt::KeyboardModifiers modifiers = {}) {
        QWheelEvent event(at, m_canvas->mapToGlobal(QPointF(at)), {}, {0, angle}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_canvas, &event);
    }

    void move(QPoint at, Qt::MouseButtons buttons, Qt::KeyboardModifiers modifiers = {}) {
        QMouseEvent event(QEvent::MouseMove, at, m_canvas->mapToGlobal(at), Qt::NoButton, buttons, modifiers);
        QCoreApplication::sendEvent(m_canvas, &event);
    }

    void settle() {
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
    }

   private slots:
    void initTestCase() { Theme::loadFonts(); }

    void init() {
        m_run = PlotFixture();
        m_run.append(240);
        m_plot = std::make_unique<SeriesPlot>(m_theme);
        m_plot->resize(420, 230);
        m_plot->setTitle(QStringLiteral("Mean, channel 7"));
        m_plot->setStore(m_run.store);
        m_plot->setCurves(PlotFixture::curves());
        m_canvas = m_plot->focusProxy();
        m_plot->show();
        settle();
    }

    void followsTheRun() {
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 240}));
        QVERIFY(m_plot->yRange().lower < -0.3 && m_plot->yRange().upper > 0.3);
        m_run.append(10);
        m_plot->markDirty();
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 300}));
        m_run.append(40);
        m_plot->markDirty();
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 300}));  // calm
    }

    void oneTickIsOneReplot() {
        const int before = m_plot->replotCount();
        m_plot->markDirty();
        settle();
        QCOMPARE(m_plot->replotCount(), before + 1);
    }

    void settingsInARowAreOneReplot() {
        const int before = m_plot->replotCount();
        m_plot->setCurves(PlotFixture::curves());
        m_plot->setEvents({});
        m_plot->setStore(m_run.store);
        settle();
        QCOMPARE(m_plot->replotCount(), before + 1);
    }

    void hiddenItWaits() {
        m_plot->hide();
        const int before = m_plot->replotCount();
        m_run.append(100);
        for (int i = 0; i < 10; ++i) m_plot->markDirty();
        settle();
        QCOMPARE(m_plot->replotCount(), before);
        m_plot->show();
        settle();
        QVERIFY(m_plot->replotCount() > before);
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 400}));
    }

    void zoomsThenFollows() {
        QSignalSpy zoomed(m_plot.get(), &SeriesPlot::xRangeChanged);
        QSignalSpy followed(m_plot.get(), &SeriesPlot::followStarted);
        auto* chip = m_plot->findChild<QPushButton*>(QStringLiteral("followChip"));
        QVERIFY(!chip->isVisible());
        wheel(middle(), 240);
        QVERIFY(!m_plot->isFollowing());
        QVERIFY(m_plot->xRange().size() < 160);
        QCOMPARE(zoomed.count(), 1);
        QVERIFY(chip->isVisible());
        const ValueRange before = m_plot->xRange();
        m_run.append(100);
        m_plot->markDirty();
        QCOMPARE(m_plot->xRange(), before);  // the run grows, the view stays
        QTest::mouseDClick(m_canvas, Qt::LeftButton, {}, middle());
        QVERIFY(m_plot->isFollowing());
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 400}));
        QCOMPARE(followed.count(), 1);
        QVERIFY(!chip->isVisible());
    }

    void chipAndEscapeFollow() {
        wheel(middle(), 240);
        QTest::mouseClick(m_plot->findChild<QPushButton*>(QStringLiteral("followChip")), Qt::LeftButton);
        QVERIFY(m_plot->isFollowing());
        wheel(middle(), 240);
        QTest::keyClick(m_canvas, Qt::Key_Escape);
        QVERIFY(m_plot->isFollowing());
    }

    void zoomingOutEndsInFollowing() {
        wheel(middle(), 240);
        for (int i = 0; i < 10; ++i) wheel(middle(), -240);
        QVERIFY(m_plot->isFollowing());
    }

    void shiftWheelZoomsValues() {
        const ValueRange before = m_plot->yRange();
        wheel(middle(), 120, Qt::ShiftModifier);
        QVERIFY(m_plot->yRange().size() < before.size());
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 240}));
        wheel({10, middle().y()}, 120);  // over the value axis
        QVERIFY(m_plot->yRange().size() < 0.7 * before.size());
    }

    void followNewestKeepsZoomedValues() {
        wheel(middle(), 240);
        wheel(middle(), 240, Qt::ShiftModifier);
        const ValueRange values = m_plot->yRange();
        m_plot->findChild<QAction*>(QStringLiteral("followNewest"))->trigger();
        settle();
        QCOMPARE(m_plot->xRange(), (ValueRange{0, 240}));
        QCOMPARE(m_plot->yRange(), values);
        m_plot->findChild<QAction*>(QStringLiteral("resetZoom"))->trigger();
        settle();
        QVERIFY(m_plot->isFollowing());
        QVERIFY(m_plot->yRange() != values);
    }

    void dragMovesAZoomedView() {
        wheel(middle(), 480);
        const ValueRange before = m_plot->xRange();
        QTest::mousePress(m_canvas, Qt::LeftButton, {}, middle());
        move(middle() + QPoint(40, 0), Qt::LeftButton);
        QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, middle() + QPoint(40, 0));
        QVERIFY(m_plot->xRange().lower < before.lower);
        QVERIFY(std::abs(m_plot->xRange().size() - before.size()) < 1e-6);
    }

    void controlDragZoomsToARectangle() {
        const QPoint from = middle() - QPoint(50, 20);
        const QPoint to = middle() + QPoint(50, 20);
        QTest::mousePress(m_canvas, Qt::LeftButton, Qt::ControlModifier, from);
        move(to, Qt::LeftButton, Qt::ControlModifier);
        QTest::mouseRelease(m_canvas, Qt::LeftButton, Qt::ControlModifier, to);
        QVERIFY(m_plot->xRange().size() < 100 && m_plot->xRange().size() > 40);
        QVERIFY(m_plot->yRange().size() < 0.4);
    }

    void linkedPlotsDoNotEcho() {
        SeriesPlot other(m_theme);
        other.setStore(m_run.store);
        connect(m_plot.get(), &SeriesPlot::xRangeChanged, &other, &SeriesPlot::setXRange);
        connect(&other, &SeriesPlot::xRangeChanged, m_plot.get(), &SeriesPlot::setXRange);
        connect(m_plot.get(), &SeriesPlot::cursorMoved, &other, [&other](double step) { other.setCursor(step); });
        QSignalSpy echo(&other, &SeriesPlot::xRangeChanged);
        other.show();
        wheel(middle(), 240);
        settle();
        QCOMPARE(other.xRange(), m_plot->xRange());
        QCOMPARE(echo.count(), 0);
        move(middle(), Qt::NoButton);
        QCOMPARE(other.cursorStep(), m_plot->cursorStep());
    }

    void hoverGivesTheStep() {
        QSignalSpy moved(m_plot.get(), &SeriesPlot::cursorMoved);
        QSignalSpy left(m_plot.get(), &SeriesPlot::cursorLeft);
        const int replots = m_plot->replotCount();
        move(middle(), Qt::NoButton);
        QCOMPARE(moved.count(), 1);
        const double step = moved[0][0].toDouble();
        QVERIFY(step > 80 && step < 160);
        QCOMPARE(step, std::round(step));
        QCOMPARE(m_plot->replotCount(), replots);  // only the cursor's layer is drawn
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(m_canvas, &leave);
        QCOMPARE(left.count(), 1);
        QVERIFY(!m_plot->cursorStep());
    }

    void arrowsMoveTheCursor() {
        QTest::keyClick(m_canvas, Qt::Key_Left);
        QCOMPARE(m_plot->cursorStep(), std::optional(239.0));
        QTest::keyClick(m_canvas, Qt::Key_Right);
        QCOMPARE(m_plot->cursorStep(), std::optional(240.0));
    }

    void nonFiniteValuesAreMarked() {
        m_plot->setCurves({{{0}, QStringLiteral("loss"), Meaning::Loss}});
        m_run.append(2, std::numeric_limits<float>::quiet_NaN());
        m_run.append(1, std::numeric_limits<float>::infinity());
        settle();
        m_plot->markDirty();
        QCOMPARE(m_plot->nonFiniteSteps(), (std::vector{241.0, 242.0, 243.0}));
        const QImage picture = m_plot->grab().toImage();
        int warnPixels = 0;
        for (int y = 0; y < picture.height(); ++y) {
            for (int x = 0; x < picture.width(); ++x) {
                warnPixels += picture.pixelColor(x, y).rgb() == m_theme.colors().warn.rgb() ? 1 : 0;
            }
        }
        QVERIFY(warnPixels > 5);
        QVERIFY(std::isfinite(m_plot->yRange().lower) && std::isfinite(m_plot->yRange().upper));
    }

    void onePointIsVisible() {
        PlotFixture run;
        run.append(5);
        run.evaluate(0.8F);
        m_plot->setStore(run.store);
        m_plot->setCurves({{{3}, QStringLiteral("accuracy"), Meaning::EvalMode}});
        settle();
        const QImage picture = m_canvas->grab().toImage();
        bool found = false;
        for (int y = 0; y < picture.height() && !found; ++y) {
            for (int x = 45; x < picture.width() && !found; ++x) {
                found = picture.pixelColor(x, y).rgb() == m_theme.colors().running.rgb();
            }
        }
        QVERIFY(found);
    }

    void aFixedRangeStaysAndAnAtLeastGrows() {
        m_plot->setValueRange(ValueRange{0, 0.2});
        settle();
        QCOMPARE(m_plot->yRange(), (ValueRange{0, 0.2}));
        m_plot->setValueRange(ValueRange{-1, 0.2}, SeriesPlot::RangeMode::AtLeast);
        settle();
        QCOMPARE(m_plot->yRange().lower, -1.0);
        QVERIFY(m_plot->yRange().upper > 0.33);
    }

    void withoutStepsItIsQuiet() {
        m_plot->setStore(nullptr);
        settle();
        wheel(middle(), 240);
        move(middle(), Qt::NoButton);
        QVERIFY(m_plot->isFollowing());
        QVERIFY(!m_plot->cursorStep());
        m_plot->setStore(PlotFixture().store);
        settle();
        QVERIFY(m_plot->isFollowing());
        m_plot->setCurves({{{99}, QStringLiteral("unknown"), Meaning::Loss}});
        settle();
    }

    void legendHidesACurve() {
        const auto entries = m_plot->findChildren<LegendEntry*>();
        QCOMPARE(entries.size(), 2);
        QTest::mouseClick(entries[0], Qt::LeftButton);
        settle();
        QVERIFY(!m_plot->curves()[0].visible);
        QVERIFY(m_plot->yRange().upper < 0.1);  // scaled to the curve that is left
    }

    void contextMenuOffersEverything() {
        // As the mouse brings it: over the canvas, which must pass it on.
        const QPoint centre = m_plot->canvas().rect().center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, centre, m_plot->canvas().mapToGlobal(centre));
        QCoreApplication::sendEvent(&m_plot->canvas(), &event);
        auto* menu = m_plot->findChild<QMenu*>();
        QVERIFY(menu != nullptr);
        QStringList names;
        for (const QAction* action : menu->actions()) names << action->objectName();
        for (const char* name :
             {"savePng", "saveSvg", "savePdf", "saveCsv", "copyPicture", "followNewest", "resetZoom"}) {
            QVERIFY(names.contains(QLatin1String(name)));
        }
        menu->close();
    }

    void eventLabelsDoNotOverlap() {
        std::vector<telemetry::RunEvent> events;
        for (int i = 0; i < 30; ++i) {
            events.push_back({StepIndex{8 * i}, "model.norm.momentum", "momentum 0.00" + std::to_string(i), "", ""});
        }
        m_plot->setEvents(events);
        settle();
        const auto labels = m_plot->eventLabelRects();
        QVERIFY(labels.size() >= 2);
        QVERIFY(labels.size() < events.size());
        for (std::size_t i = 0; i < labels.size(); ++i) {
            for (std::size_t j = i + 1; j < labels.size(); ++j) QVERIFY(!labels[i].intersects(labels[j]));
        }
    }
};

QTEST_MAIN(tst_SeriesPlot)
#include "tst_SeriesPlot.moc"
