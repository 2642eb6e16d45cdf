#include "widgets/status/StatusLine.h"
#include "widgets/theme/Theme.h"

#include <QLabel>
#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::widgets;

class tst_StatusLine : public QObject {
    Q_OBJECT

    Theme m_theme{ColorScheme::Light};

    static QStringList texts(const StatusLine& line) {
        QStringList result;
        for (const auto* label : line.findChildren<QLabel*>()) result << label->text();
        return result;
    }

    static telemetry::Snapshot playing() {
        telemetry::Snapshot snapshot;
        snapshot.state = telemetry::RunState::playing;
        snapshot.epoch = 2;
        snapshot.planned_epochs = 5;
        snapshot.images_per_second = 9120.4;
        snapshot.seconds_left = 6.2;
        snapshot.progress = 0.5;
        snapshot.recording_share = 0.018;
        return snapshot;
    }

   private slots:
    void showsTheRun() {
        StatusLine line(m_theme);
        line.setThreads(2);
        line.showSnapshot(playing());
        line.showCost(0.004, 0.009, 0.005);
        const QStringList shown = texts(line);
        QVERIFY(shown.contains(QStringLiteral("9\u202F120 images/s · 2 threads")));
        QVERIFY(shown.contains(QStringLiteral("epoch 3 of 5 · 6 s left")));
        QVERIFY(shown.contains(QStringLiteral("watching costs 1.8 % of a step")));
    }

    void timeReads_data() {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("minutes") << 130.0 << QStringLiteral("epoch 3 of 5 · 2 min 10 s left");
        QTest::newRow("hours") << 3900.0 << QStringLiteral("epoch 3 of 5 · 1 h 5 min left");
        QTest::newRow("unknown") << std::numeric_limits<double>::infinity() << QStringLiteral("epoch 3 of 5");
    }

    void timeReads() {
        QFETCH(double, seconds);
        QFETCH(QString, text);
        StatusLine line(m_theme);
        telemetry::Snapshot snapshot = playing();
        snapshot.seconds_left = seconds;
        line.showSnapshot(snapshot);
        QVERIFY(texts(line).contains(text));
    }

    void messagesStandUntilCleared() {
        StatusLine line(m_theme);
        line.showMessage(QStringLiteral("plot.png was not written: disk is full"), MessageKind::Warning);
        line.showSnapshot(playing());
        QCOMPARE(line.message(), QStringLiteral("plot.png was not written: disk is full"));
        line.showCost(0.004, 0.009, 0.005);
        QCOMPARE(line.middleText(), line.message());
        line.clearMessage();
        QCOMPARE(line.message(), QString());
        QVERIFY(texts(line).contains(QStringLiteral("watching costs 1.8 % of a step")));
    }

    void splitsTheCost() {
        StatusLine line(m_theme);
        line.showCost(0.004, 0.009, 0.005);
        bool found = false;
        for (const auto* label : line.findChildren<QLabel*>()) {
            found = found || (label->toolTip().contains(QStringLiteral("0.4 %")) &&
                              label->toolTip().contains(QStringLiteral("0.9 %")) &&
                              label->toolTip().contains(QStringLiteral("0.5 %")));
        }
        QVERIFY(found);
    }

    void emptySnapshotShowsNothingWrong() {
        StatusLine line(m_theme);
        line.showSnapshot({});
        for (const QString& text : texts(line)) QCOMPARE(text, QString());
    }
};

QTEST_MAIN(tst_StatusLine)
#include "tst_StatusLine.moc"
