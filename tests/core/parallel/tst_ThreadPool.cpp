#include "core/parallel/ThreadPool.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace normscope;

namespace {

void add_thread_counts() {
    QTest::addColumn<int>("threads");
    for (const int threads : {1, 2, 4}) QTest::addRow("%d threads", threads) << threads;
}

/// Computed at run time: the smallest normal number, halved.
bool denormals_are_flushed() {
    volatile float small = std::numeric_limits<float>::min();
    small = small / 2;
    return small == 0;
}

bool platform_can_flush() {
    const FlushDenormals flush;
    return denormals_are_flushed();
}

}  // namespace

class tst_ThreadPool : public QObject {
    Q_OBJECT

   private slots:
    void runsEachGroupOnce_data() {
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("groups");
        for (const int threads : {1, 2, 4}) {
            for (const int groups : {0, 1, 3, 16, 1000}) {
                QTest::addRow("%d threads, %d groups", threads, groups) << threads << groups;
            }
        }
    }
    void runsEachGroupOnce() {
        QFETCH(int, threads);
        QFETCH(int, groups);
        ThreadPool pool(threads);
        QCOMPARE(pool.threads(), threads);
        std::vector<std::atomic<int>> calls(groups);
        pool.run(groups, [&](std::int64_t group) { ++calls[group]; });
        for (const auto& count : calls) QCOMPARE(count.load(), 1);
    }

    void tellsThreadsApart_data() { add_thread_counts(); }
    void tellsThreadsApart() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        std::vector<std::atomic<int>> busy(threads);
        std::atomic<bool> shared{false};
        pool.run(200, [&](std::int64_t, int thread) {
            if (++busy.at(thread) != 1) shared = true;
            --busy.at(thread);
        });
        QVERIFY(!shared);
    }

    void isDoneWhenItReturns_data() { add_thread_counts(); }
    void isDoneWhenItReturns() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        std::vector<std::int64_t> results(16);  // not atomic: run() orders the accesses
        for (std::int64_t run = 0; run < 2000; ++run) {
            pool.run(16, [&](std::int64_t group) { results[group] += group; });
        }
        for (std::int64_t group = 0; group < 16; ++group) QCOMPARE(results[group], 2000 * group);
    }

    void passesOnExceptions_data() { add_thread_counts(); }
    void passesOnExceptions() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        for (int run = 0; run < 50; ++run) {
            QVERIFY_THROWS_EXCEPTION(std::runtime_error, pool.run(16, [run](std::int64_t group) {
                if (group == run % 16) throw std::runtime_error("group");
            }));
            std::atomic<int> calls = 0;
            pool.run(16, [&](std::int64_t) { ++calls; });
            QCOMPARE(calls.load(), 16);
        }
    }

    void passesOnOneOfManyExceptions_data() { add_thread_counts(); }
    void passesOnOneOfManyExceptions() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        QVERIFY_THROWS_EXCEPTION(std::logic_error,
                                 pool.run(100, [](std::int64_t) { throw std::logic_error("every group"); }));
        pool.run(1, [](std::int64_t) {});
    }

    void startsAndEndsWithoutWork() {
        for (int i = 0; i < 100; ++i) const ThreadPool pool(3);
    }

    void refusesNoThreads() { QVERIFY_THROWS_EXCEPTION(std::invalid_argument, ThreadPool(0)); }

    void flushesDenormalsWhileItWorks_data() { add_thread_counts(); }
    void flushesDenormalsWhileItWorks() {
        QFETCH(int, threads);
        if (!platform_can_flush()) QSKIP("this processor has no such setting");
        ThreadPool pool(threads);
        QVERIFY(!denormals_are_flushed());
        std::atomic<int> flushed = 0;
        pool.run(64, [&](std::int64_t) { flushed += denormals_are_flushed() ? 1 : 0; });
        QCOMPARE(flushed.load(), 64);
        QVERIFY(!denormals_are_flushed());
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, pool.run(4, [](std::int64_t) { throw std::runtime_error(""); }));
        QVERIFY(!denormals_are_flushed());
    }

    void restoresWhatWasSet() {
        if (!platform_can_flush()) QSKIP("this processor has no such setting");
        {
            const FlushDenormals outer;
            { const FlushDenormals inner; }
            QVERIFY(denormals_are_flushed());
        }
        QVERIFY(!denormals_are_flushed());
    }

    void cutsWorkIntoRangesThatMeet_data() {
        QTest::addColumn<int>("items");
        for (const int items : {0, 1, 15, 16, 17, 1000}) QTest::addRow("%d items", items) << items;
    }
    void cutsWorkIntoRangesThatMeet() {
        QFETCH(int, items);
        std::int64_t next = 0, longest = 0;
        for (std::int64_t group = 0; group < work_groups; ++group) {
            const auto [begin, end] = work_range(items, group);
            QCOMPARE(begin, next);
            longest = std::max(longest, end - begin);
            next = end;
        }
        QCOMPARE(next, items);
        QVERIFY(longest <= items / work_groups + 1);
    }
};

QTEST_APPLESS_MAIN(tst_ThreadPool)
#include "tst_ThreadPool.moc"
