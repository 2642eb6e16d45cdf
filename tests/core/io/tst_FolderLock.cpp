#include "core/io/FolderLock.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Faults.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::io;
using namespace normscope::testing;
namespace fs = std::filesystem;

class tst_FolderLock : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_folder = m_temporary->path().toStdString();
    }

    void keepsOthersOut() {
        std::optional<FolderLock> lock(m_folder);
        const auto refusal = error_text([&] { const FolderLock second(m_folder); });
        QVERIFY2(
            refusal.find("in use by another process (number " + std::to_string(::getpid()) + ")") != std::string::npos,
            refusal.c_str());
        QVERIFY2(refusal.find(m_folder.native()) != std::string::npos, refusal.c_str());
        QCOMPARE(in_child([&] { return error_text([&] { const FolderLock theirs(m_folder); }).empty() ? 1 : 0; }), 0);
        lock.reset();
        QVERIFY(fs::is_empty(m_folder));
        const FolderLock again(m_folder);
    }

    void aKillReleasesIt() {
        const ProgressPipe locked;
        const pid_t child = start_child([&] {
            const FolderLock lock(m_folder);
            locked.tell();
            for (;;) ::pause();
            return 0;
        });
        QVERIFY(locked.wait(1));
        QVERIFY(!error_text([&] { const FolderLock ours(m_folder); }).empty());
        QCOMPARE(::kill(child, SIGKILL), 0);
        QCOMPARE(wait_for_child(child), -1);
        QVERIFY(!fs::is_empty(m_folder));  // the file is still there, and locks nobody out
        { const FolderLock ours(m_folder); }
        QVERIFY(fs::is_empty(m_folder));
    }

    void onlyOneAtATime() {
        // Each process counts in a file, without which the lock would lose counts.
        constexpr int processes = 4;
        constexpr int turns = 100;
        const fs::path counter = m_folder.parent_path() / (m_folder.filename().native() + "-counter");
        std::ofstream(counter) << 0;
        std::vector<pid_t> children;
        for (int i = 0; i < processes; ++i) {
            children.push_back(start_child([&] {
                for (int turn = 0; turn < turns;) {
                    try {
                        const FolderLock lock(m_folder);
                        int count = -1;
                        std::ifstream(counter) >> count;
                        std::ofstream(counter) << count + 1;
                        ++turn;
                    } catch (const InputError&) {
                        ::sched_yield();
                    }
                }
                return 0;
            }));
        }
        for (const pid_t child : children) QCOMPARE(wait_for_child(child), 0);
        QCOMPARE(content_of(counter), std::to_string(processes * turns));
        fs::remove(counter);
        QVERIFY(fs::is_empty(m_folder));
    }

    void saysWhyNot() {
        const auto missing = error_text([&] { const FolderLock lock(m_folder / "missing"); });
        QVERIFY2(missing.find("no such file") != std::string::npos, missing.c_str());
        const fs::path closed = m_folder / "closed";
        fs::create_directory(closed);
        QCOMPARE(::chmod(m_folder.c_str(), 0755), 0);
        QCOMPARE(::chmod(closed.c_str(), 0555), 0);
        QCOMPARE(in_child([&] {
                     if (!give_up_root()) return 1;
                     const auto text = error_text([&] { const FolderLock lock(closed); });
                     return text.find("no permission") == std::string::npos ? 2 : 0;
                 }),
                 0);
        // Somebody's link is not followed: locking must not make files elsewhere.
        fs::create_symlink(m_folder / "elsewhere", m_folder / ".normscope-lock");
        QVERIFY(!error_text([&] { const FolderLock lock(m_folder); }).empty());
        QVERIFY(!fs::exists(m_folder / "elsewhere"));
    }

   private:
    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

QTEST_APPLESS_MAIN(tst_FolderLock)
#include "tst_FolderLock.moc"
