// Questions about the state on view.
#include "OpenWindow.h"

#include "app/models/StateFeed.h"

#include <QSignalSpy>
#include <QTest>

using namespace normscope;
using namespace normscope::app;

namespace {

std::vector<float> weightsOf(const Experiment& experiment) {
    const auto values = experiment.network().parameters().values();
    return {values.begin(), values.end()};
}

}  // namespace

class tst_StateFeed : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { widgets::Theme::loadFonts(); }
    void answersAboutTheNewestState();
    void answersAboutAnEarlierStep();
    void newestQuestionWins();
    void forgetsWhoIsGone();
    void tellsWhatWentWrong();
    void questionsLeaveTheRunAsItIs();
    void comesAgainWhileTheRunGoesOn();
    void comesAtOnceWhenTheRunPauses();
};

void tst_StateFeed::answersAboutTheNewestState() {
    OpenWindow open;
    open.trainTo(5);
    QObject asker;
    std::int64_t seen = -1;
    open.window.feed().ask(&asker, [&seen](StateOnView& view) -> Answer {
        return [&seen, step = view.experiment.step().value] { seen = step; };
    });
    QTRY_COMPARE(seen, 5);
    QVERIFY(open.window.feed().isIdle());
}

void tst_StateFeed::answersAboutAnEarlierStep() {
    OpenWindow open;
    open.trainTo(11);
    QObject asker;
    std::vector<float> then, later;
    const auto ask = [&](std::vector<float>& into) {
        open.window.feed().ask(&asker, [&into](StateOnView& view) -> Answer {
            return [&into, weights = weightsOf(view.experiment)] { into = weights; };
        });
    };
    ask(then);
    QTRY_VERIFY(!then.empty());
    open.trainTo(30);
    QSignalSpy due(&open.window.feed(), &StateFeed::refreshDue);
    open.window.feed().showStep(StepIndex{11});
    QVERIFY(!due.isEmpty());
    QCOMPARE(open.window.feed().step().value, 11);
    ask(later);
    QTRY_VERIFY(!later.empty());
    QCOMPARE(later, then);
    open.window.feed().follow();
    QCOMPARE(open.window.feed().step().value, 30);
    QVERIFY(!open.window.feed().viewedStep());
}

void tst_StateFeed::newestQuestionWins() {
    OpenWindow open;
    open.trainTo(2);
    QObject asker;
    QStringList answers;
    const auto ask = [&](const QString& text) {
        open.window.feed().ask(
            &asker, [&answers, text](StateOnView&) -> Answer { return [&answers, text] { answers << text; }; });
    };
    ask(QStringLiteral("running"));  // begins at once
    ask(QStringLiteral("replaced"));
    ask(QStringLiteral("newest"));
    QTRY_VERIFY(answers.contains(QStringLiteral("newest")));
    QVERIFY(!answers.contains(QStringLiteral("replaced")));
}

void tst_StateFeed::forgetsWhoIsGone() {
    OpenWindow open;
    open.trainTo(2);
    bool answered = false;
    {
        QObject asker;
        open.window.feed().ask(&asker,
                               [&answered](StateOnView&) -> Answer { return [&answered] { answered = true; }; });
    }
    QTRY_VERIFY(open.window.feed().isIdle());
    QVERIFY(!answered);
}

void tst_StateFeed::tellsWhatWentWrong() {
    OpenWindow open;
    open.trainTo(2);
    QObject asker;
    QSignalSpy failed(&open.window.feed(), &StateFeed::failed);
    open.window.feed().ask(&asker, [](StateOnView&) -> Answer { throw std::runtime_error("No such channel."); });
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(failed.first().first().toString(), QStringLiteral("No such channel."));
    QVERIFY(open.window.feed().isIdle());
}

void tst_StateFeed::questionsLeaveTheRunAsItIs() {
    OpenWindow open;
    open.trainTo(3);
    QObject asker;
    std::vector<float> before, after;
    open.window.feed().ask(&asker, [&before](StateOnView& view) -> Answer {
        auto weights = weightsOf(view.experiment);
        for (float& value : view.experiment.network().parameters().values()) value = 0;
        return [&before, weights] { before = weights; };
    });
    QTRY_VERIFY(!before.empty());
    open.window.feed().ask(&asker, [&after](StateOnView& view) -> Answer {
        return [&after, weights = weightsOf(view.experiment)] { after = weights; };
    });
    QTRY_VERIFY(!after.empty());
    QCOMPARE(after, before);
}

void tst_StateFeed::comesAgainWhileTheRunGoesOn() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 1, patience);
    QSignalSpy due(&open.window.feed(), &StateFeed::refreshDue);
    QTRY_VERIFY_WITH_TIMEOUT(due.size() >= 3, patience);
}

void tst_StateFeed::comesAtOnceWhenTheRunPauses() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.step() >= 1, patience);
    StateFeed& feed = open.window.feed();
    QObject asker;
    bool answered = false;
    // Long work while the run goes on: the next measurement is seconds away.
    feed.ask(&asker, [&answered](StateOnView& view) -> Answer {
        QElapsedTimer work;
        for (work.start(); work.elapsed() < 300;) view.watch.report(0, 1);
        return [&answered] { answered = true; };
    });
    QTRY_VERIFY_WITH_TIMEOUT(answered, patience);
    std::int64_t dueAt = -1;
    connect(&feed, &StateFeed::refreshDue, &asker, [&] { dueAt = feed.step().value; });
    open.window.run().pause();
    QTRY_COMPARE_WITH_TIMEOUT(open.model().snapshot().state, telemetry::RunState::paused, patience);
    QCOMPARE(dueAt, open.step());
}

QTEST_MAIN(tst_StateFeed)
#include "tst_StateFeed.moc"
