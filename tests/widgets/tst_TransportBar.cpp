#include "widgets/controls/LogSlider.h"
#include "widgets/theme/Theme.h"
#include "widgets/transport/PhaseStrip.h"
#include "widgets/transport/ProgressTrack.h"
#include "widgets/transport/RoundButton.h"
#include "widgets/transport/TransportBar.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::widgets;

class tst_TransportBar : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};
    QAction m_reset{QStringLiteral("&Reset")};
    QAction m_play{QStringLiteral("Play")};
    QAction m_step{QStringLiteral("Step")};

    static bool shows(const QWidget& bar, const QString& text) {
        for (const auto* label : bar.findChildren<QLabel*>()) {
            if (label->text() == text) return true;
        }
        return false;
    }

    /// Steps that grow: step n ends at the share (n / 100)².
    static ProgressTrack::Scale quadratic() {
        return {.shareOf = [](StepIndex step) { return double(step.value * step.value) / 1e4; },
                .stepAt = [](double share) { return StepIndex{std::llround(100 * std::sqrt(share))}; }};
    }

   private slots:
    void initTestCase() { m_play.setCheckable(true); }
    void init() {
        m_play.setChecked(false);
        m_step.setEnabled(true);
    }

    void buttonsTriggerActions() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        QSignalSpy reset(&m_reset, &QAction::triggered);
        QSignalSpy step(&m_step, &QAction::triggered);
        QTest::mouseClick(bar.findChild<RoundButton*>(QStringLiteral("playPause")), Qt::LeftButton);
        QVERIFY(m_play.isChecked());
        QTest::keyClick(bar.findChild<RoundButton*>(QStringLiteral("playPause")), Qt::Key_Space);
        QVERIFY(!m_play.isChecked());
        QTest::mouseClick(bar.findChild<RoundButton*>(QStringLiteral("reset")), Qt::LeftButton);
        QTest::mouseClick(bar.findChild<RoundButton*>(QStringLiteral("step")), Qt::LeftButton);
        QTest::mouseClick(bar.findChild<QPushButton*>(), Qt::LeftButton);
        QCOMPARE(reset.count(), 2);
        QCOMPARE(step.count(), 1);
    }

    void followsTheActions() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        auto* play = bar.findChild<RoundButton*>(QStringLiteral("playPause"));
        auto* step = bar.findChild<RoundButton*>(QStringLiteral("step"));
        m_step.setEnabled(false);
        QVERIFY(!step->isEnabled());
        const QImage paused = play->grab().toImage();
        m_play.setChecked(true);
        QVERIFY(play->grab().toImage() != paused);
        m_play.setText(QStringLiteral("&Pause"));
        QCOMPARE(play->accessibleName(), QStringLiteral("Pause"));
        m_play.setText(QStringLiteral("Play"));
    }

    void showsWhereTheRunIs() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        telemetry::Snapshot snapshot;
        snapshot.step = {240};
        snapshot.epoch = 2;
        snapshot.batch_in_epoch = 52;
        snapshot.batches_per_epoch = 94;
        snapshot.progress = 0.51;
        bar.setStatus(snapshot);
        QVERIFY(shows(bar, QStringLiteral("step 240")));
        QVERIFY(shows(bar, QStringLiteral("epoch 3 · batch 52 of 94")));
        QCOMPARE(bar.findChild<ProgressTrack*>()->progress(), 0.51);
    }

    void marksEvents() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        bar.resize(1200, 60);
        bar.show();
        const QImage before = bar.grab().toImage();
        bar.setScale(quadratic());
        bar.setEvents({{StepIndex{50}, QStringLiteral("momentum 0.01 → 0.001")}});
        QVERIFY(bar.grab().toImage() != before);
    }

    void scrubsToSteps() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        bar.resize(1200, 60);
        bar.setScale(quadratic());
        telemetry::Snapshot snapshot;
        snapshot.step = {60};
        snapshot.progress = 0.36;
        bar.setStatus(snapshot);
        bar.show();
        ProgressTrack* track = bar.track();
        QSignalSpy chosen(&bar, &TransportBar::stepChosen);
        QSignalSpy followed(&bar, &TransportBar::followChosen);
        const auto at = [&](std::int64_t step) { return QPoint(qRound(track->xOf({step})), track->height() / 2); };
        const auto last = [&] { return chosen.constLast()[0].value<StepIndex>().value; };
        connect(&bar, &TransportBar::stepChosen, &bar, [&](StepIndex step) { bar.setViewedStep(step); });
        connect(&bar, &TransportBar::followChosen, &bar, [&] { bar.setViewedStep(std::nullopt); });

        QTest::mousePress(track, Qt::LeftButton, {}, at(40));
        QCOMPARE(last(), 40);
        QTest::mouseMove(track, at(20));
        QMouseEvent move(QEvent::MouseMove, at(20), track->mapToGlobal(at(20)), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(track, &move);
        QCOMPARE(last(), 20);
        QTest::mouseRelease(track, Qt::LeftButton, {}, at(20));
        QVERIFY(shows(bar, QStringLiteral("viewing step 20")));
        QVERIFY(shows(bar, QStringLiteral("of 60 taken so far")));

        QTest::keyClick(track, Qt::Key_Right);
        QCOMPARE(last(), 21);
        QTest::keyClick(track, Qt::Key_PageDown);
        QCOMPARE(last(), 18);
        QTest::keyClick(track, Qt::Key_Home);
        QCOMPARE(last(), 0);
        QTest::keyClick(track, Qt::Key_Left);
        QCOMPARE(track->viewedStep()->value, 0);
        QVERIFY(followed.isEmpty());
        QTest::keyClick(track, Qt::Key_End);
        QCOMPARE(followed.count(), 1);
        QVERIFY(shows(bar, QStringLiteral("step 60")));
        QTest::keyClick(track, Qt::Key_Left);
        QCOMPARE(last(), 59);
        QTest::keyClick(track, Qt::Key_Escape);
        QCOMPARE(followed.count(), 2);
        // Beyond the newest step there is nothing.
        const auto before = chosen.count();
        QTest::mouseClick(track, Qt::LeftButton, {}, QPoint(track->width() - 1, track->height() / 2));
        QCOMPARE(chosen.count(), before);
    }

    void waysBackStandInForTheSpeed() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        QAction follow(QStringLiteral("Follow newest")), rewind(QStringLiteral("Rewind here"));
        follow.setObjectName(QStringLiteral("follow"));
        bar.setViewActions(&follow, &rewind);
        bar.resize(1200, 60);
        bar.show();
        auto* button = bar.findChild<QPushButton*>(QStringLiteral("follow"));
        auto* speed = bar.findChild<LogSlider*>();
        QVERIFY(!button->isVisible() && speed->isVisible());
        const QRect track = bar.track()->geometry();
        bar.setViewedStep(StepIndex{3});
        QVERIFY(button->isVisible() && !speed->isVisible());
        QCOMPARE(bar.track()->geometry(), track);  // nothing shifts under the mouse
        QSignalSpy triggered(&follow, &QAction::triggered);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(triggered.count(), 1);
        bar.setViewedStep(std::nullopt);
        QVERIFY(!button->isVisible() && speed->isVisible());
    }

    void trackIsASliderToScreenReaders() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        telemetry::Snapshot snapshot;
        snapshot.step = {60};
        bar.setStatus(snapshot);
        QSignalSpy chosen(&bar, &TransportBar::stepChosen);
        QAccessibleInterface* access = QAccessible::queryAccessibleInterface(bar.track());
        QCOMPARE(access->role(), QAccessible::Slider);
        QCOMPARE(access->valueInterface()->maximumValue().toInt(), 60);
        QCOMPARE(access->valueInterface()->currentValue().toInt(), 60);
        access->valueInterface()->setCurrentValue(7);
        QCOMPARE(chosen.constLast()[0].value<StepIndex>().value, 7);
    }

    void showsPhases() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        bar.resize(1200, 60);
        bar.show();
        auto* phases = bar.findChild<PhaseStrip*>();
        QVERIFY(!phases->isVisible());
        bar.showPhase({QStringLiteral("batch"), QStringLiteral("forward")}, 1, QStringLiteral("conv1"));
        QVERIFY(phases->isVisible() && !bar.track()->isVisible());
        QCOMPARE(phases->currentPhase(), 1);
        QCOMPARE(phases->sentence(), QStringLiteral("conv1"));
        bar.hidePhases();
        QVERIFY(bar.track()->isVisible());
    }

    void rightEndIsFullSpeed() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        QSignalSpy speed(&bar, &TransportBar::speedChanged);
        auto* slider = bar.findChild<LogSlider*>();
        QVERIFY(shows(bar, QStringLiteral("full speed")));
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(speed.constLast()[0].toDouble(), 1.0);
        QVERIFY(shows(bar, QStringLiteral("1 step/s")));
        QTest::keyClick(slider, Qt::Key_End);
        QCOMPARE(speed.constLast()[0].toDouble(), 0.0);
        bar.setSpeed(10);
        QCOMPARE(speed.count(), 2);
        QVERIFY(shows(bar, QStringLiteral("10 step/s")));
    }

    void takesMoreActions() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        QAction fork(QStringLiteral("&Fork here"));
        bar.addTextAction(&fork);
        QSignalSpy forked(&fork, &QAction::triggered);
        for (auto* button : bar.findChildren<QPushButton*>()) {
            if (button->text() == QStringLiteral("Fork here")) QTest::mouseClick(button, Qt::LeftButton);
        }
        QCOMPARE(forked.count(), 1);
    }
};

QTEST_MAIN(tst_TransportBar)
#include "tst_TransportBar.moc"
