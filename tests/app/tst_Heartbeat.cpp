// The event loop keeps beating while the engine trains at full speed with all plots visible.
#include "app/MainWindow.h"

#include <QElapsedTimer>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <vector>

using namespace normscope;
using namespace normscope::app;

class tst_Heartbeat : public QObject {
    Q_OBJECT

   private slots:
    void neverBlockedLong();
};

void tst_Heartbeat::neverBlockedLong() {
    widgets::Theme::loadFonts();
    widgets::Theme theme(widgets::ColorScheme::Light);
    LaunchOptions options;
    options.rememberLayout = false;
    MainWindow window(theme, options);
    window.resize(1440, 900);
    window.show();
    RunModel& model = window.run().model();
    QTRY_VERIFY_WITH_TIMEOUT(model.snapshot().step.value >= 10, 60000);

    constexpr double beat = 5;
    std::vector<double> late;
    QElapsedTimer clock;
    QTimer heart;
    heart.setTimerType(Qt::PreciseTimer);
    heart.setInterval(static_cast<int>(beat));
    connect(&heart, &QTimer::timeout, this, [&] {
        late.push_back(std::max(0.0, static_cast<double>(clock.nsecsElapsed()) * 1e-6 - beat));
        clock.start();
    });
    const auto first = model.snapshot().step.value;
    clock.start();
    heart.start();
    QTRY_VERIFY_WITH_TIMEOUT(late.size() >= 300, 120000);
    heart.stop();

    QVERIFY(model.snapshot().step.value >= first + 50);  // it trained all the while
    std::ranges::sort(late);
    const double p99 = late[late.size() * 99 / 100];
    qInfo(
        "event loop late by %.1f ms (median), %.1f ms (p99), %.1f ms (worst) over %zu beats while training at %.0f "
        "images/s",
        late[late.size() / 2], p99, late.back(), late.size(), model.snapshot().images_per_second);
    QVERIFY2(p99 <= 50, qPrintable(QString::number(p99)));
}

QTEST_MAIN(tst_Heartbeat)
#include "tst_Heartbeat.moc"
