#include "widgets/controls/LogSlider.h"
#include "widgets/theme/Theme.h"
#include "widgets/transport/ProgressTrack.h"
#include "widgets/transport/RoundButton.h"
#include "widgets/transport/TransportBar.h"

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

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
        bar.setProgress(7);
        QCOMPARE(bar.findChild<ProgressTrack*>()->progress(), 1.0);
    }

    void marksEvents() {
        TransportBar bar(m_theme, &m_reset, &m_play, &m_step);
        bar.resize(1200, 60);
        bar.show();
        const QImage before = bar.grab().toImage();
        bar.setEvents({{0.5, QStringLiteral("momentum 0.01 → 0.001")}});
        QVERIFY(bar.grab().toImage() != before);
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
