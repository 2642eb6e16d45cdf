#include "core/train/SessionClock.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using namespace std::chrono_literals;

namespace {

using Time = SessionClock::Clock::time_point;

bool is_close(double a, double b) {
    return std::abs(a - b) < 1e-9 * std::max(1.0, std::abs(b));
}

}  // namespace

class tst_SessionClock : public QObject {
    Q_OBJECT

   private slots:
    void runsAtFullSpeedAtFirst() {
        SessionClock clock;
        QVERIFY(clock.full_speed());
        clock.set_speed(2);
        QVERIFY(!clock.full_speed());
        clock.set_speed(0);
        QVERIFY(clock.full_speed());
    }

    void paces() {
        SessionClock clock;
        clock.set_speed(2);
        const Time begin = SessionClock::Clock::now() + 1h;
        clock.step_done(begin, begin + 10ms, 1ms, 64);
        QVERIFY(clock.due() == begin + 500ms);
    }

    void doesNotMakeUpForALateStep() {
        SessionClock clock;
        clock.set_speed(10);
        const Time begin = SessionClock::Clock::now() + 1h;
        clock.step_done(begin, begin + 5s, 0ms, 64);
        QVERIFY(clock.due() == begin + 100ms);  // past: the next step begins at once, and only that one
    }

    void doesNotWaitForTheOldPaceAfterASpeedUp() {
        SessionClock clock;
        clock.set_speed(0.001);
        const Time begin = SessionClock::Clock::now();
        clock.step_done(begin, begin, 0ms, 1);
        QVERIFY(clock.due() == begin + 1000s);
        clock.set_speed(10);
        QVERIFY(clock.due() <= SessionClock::Clock::now() + 100ms);
    }

    void measuresSteps() {
        SessionClock clock;
        QCOMPARE(clock.images_per_second(), 0.0);
        QCOMPARE(clock.recording_share(), 0.0);
        const Time begin;
        for (int i = 0; i < 50; ++i) clock.step_done(begin, begin + 20ms, 5ms, 64);
        QVERIFY(is_close(clock.step_seconds(), 0.02));
        QVERIFY(is_close(clock.images_per_second(), 3200));
        QVERIFY(is_close(clock.recording_share(), 0.25));
        clock.forget();
        QCOMPARE(clock.images_per_second(), 0.0);
    }

    void beginsWithATrueMean() {
        SessionClock clock;
        const Time begin;
        clock.step_done(begin, begin + 10ms, 0ms, 10);
        clock.step_done(begin, begin + 30ms, 0ms, 10);
        QVERIFY(is_close(clock.step_seconds(), 0.02));
    }
};

QTEST_APPLESS_MAIN(tst_SessionClock)
#include "tst_SessionClock.moc"
