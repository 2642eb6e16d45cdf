// Children: how many, how they end, what they say.
#include "core/sweep/ProcessPool.h"

#include <QElapsedTimer>
#include <QTest>

#include <csignal>
#include <map>

#include <sys/wait.h>

using normscope::sweep::ProcessPool;

namespace {

std::map<std::size_t, ProcessPool::Ended> all_of(ProcessPool& pool) {
    std::map<std::size_t, ProcessPool::Ended> ended;
    QElapsedTimer clock;
    clock.start();
    while (pool.running() > 0 && clock.elapsed() < 60000) {
        for (auto& one : pool.wait(std::chrono::milliseconds(1000))) ended[one.id] = std::move(one);
    }
    return ended;
}

}  // namespace

class tst_ProcessPool : public QObject {
    Q_OBJECT

   private slots:
    void gathersEndsAndErrors() {
        ProcessPool pool(4);
        pool.start(1, {"/bin/sh", "-c", "echo hello >&2; exit 3"});
        pool.start(2, {"/bin/sh", "-c", "kill -9 $$"});
        pool.start(3, {"/nowhere/program"});
        QVERIFY(pool.has_room());
        pool.start(4, {"/bin/sh", "-c", "cat; echo to nobody"});  // standard input is at its end
        QVERIFY(!pool.has_room());
        const auto ended = all_of(pool);
        QCOMPARE(ended.size(), std::size_t{4});
        QCOMPARE(ended.at(1).exit_code, 3);
        QCOMPARE(ended.at(1).errors, "hello\n");
        QCOMPARE(ended.at(2).exit_code, -1);
        QCOMPARE(ended.at(2).signal, SIGKILL);
        QCOMPARE(ended.at(3).exit_code, 127);
        QCOMPARE(ended.at(4).exit_code, 0);
        QVERIFY(pool.has_room());
    }

    void keepsTheEndOfLongErrors() {
        ProcessPool pool(1);
        pool.start(1, {"/bin/sh", "-c", "seq 1 100000 >&2; echo last >&2"});
        const auto ended = all_of(pool);
        QVERIFY(ended.at(1).errors.size() <= 8192);
        QVERIFY(ended.at(1).errors.ends_with("99999\n100000\nlast\n"));
    }

    void passesSignalsOn() {
        ProcessPool pool(2);
        pool.start(1, {"/bin/sh", "-c", "trap 'exit 130' TERM; echo ready >&2; while :; do sleep 0.01; done"});
        pool.start(2, {"/bin/sleep", "1000"});
        // The trap is set once it has spoken; signals before that end it as they end sleep.
        pool.wait(std::chrono::milliseconds(10000));
        pool.signal_all(SIGTERM);
        const auto ended = all_of(pool);
        QCOMPARE(ended.at(1).exit_code, 130);
        QCOMPARE(ended.at(2).signal, SIGTERM);
    }

    /// Also those that are not yet the program they will be, and still have our handlers.
    void signalsReachChildrenAtOnce() {
        const auto before = std::signal(SIGUSR1, [](int) {});
        for (int turn = 0; turn < 50; ++turn) {
            ProcessPool pool(1);
            pool.start(1, {"/bin/sleep", "1000"});
            pool.signal_all(SIGUSR1);
            const auto ended = pool.wait(std::chrono::milliseconds(20000));
            QCOMPARE(ended.size(), std::size_t{1});
            QCOMPARE(ended.front().signal, SIGUSR1);
        }
        std::signal(SIGUSR1, before);
    }

    void leavesNothingBehind() {
        {
            ProcessPool pool(1);
            pool.start(1, {"/bin/sleep", "1000"});
        }
        // All our children are gone and waited for.
        QVERIFY(::waitpid(-1, nullptr, WNOHANG) < 0);
    }
};

QTEST_APPLESS_MAIN(tst_ProcessPool)
#include "tst_ProcessPool.moc"
