// kill -9 while files are saved: the old bytes or the new ones, and what is left lying about is tidied up.
#include "core/io/AtomicFile.h"
#include "core/io/StaleTemporaries.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Faults.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include <fcntl.h>
#include <sys/stat.h>

using namespace normscope;
using namespace normscope::io;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_size = 4000;
constexpr int pieces = 12;

/// A file of version `number`: one letter, again and again.
std::string version(int number) {
    return std::string(piece_size * pieces, static_cast<char>('a' + number % 26));
}

/// Saves one version after the other, telling after each piece and each commit.
[[noreturn]] void save_for_ever(const fs::path& path, const ProgressPipe& progress) {
    for (int number = 0;; ++number) {
        AtomicFile file(path);
        for (int i = 0; i < pieces; ++i) {
            file.write(version(number).substr(0, piece_size));
            progress.tell();
        }
        file.commit();
        progress.tell();
    }
}

bool is_whole_version(const std::string& content) {
    return content.size() == piece_size * pieces && content == std::string(content.size(), content[0]);
}

/// Makes a temporary file as a dead writer left it.
fs::path leave_behind(const fs::path& folder, const std::string& name = temporary_name()) {
    std::ofstream(folder / name) << "half a file";
    return folder / name;
}

void make_old(const fs::path& path) {
    const timespec two_days_ago{::time(nullptr) - 2 * 24 * 60 * 60, 0};
    const timespec times[] = {two_days_ago, two_days_ago};
    QCOMPARE(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

}  // namespace

class tst_AtomicFileKills : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_folder = m_temporary->path().toStdString();
    }

    void twentyKillsAtRandomMoments() {
        constexpr int kills = 20;
        constexpr int longest = 60;
        std::mt19937 random(5);
        const fs::path path = m_folder / "a";
        // In a child, so that this process has not looked through the folder yet.
        QCOMPARE(in_child([&] {
                     write_file(path, version(0));
                     return 0;
                 }),
                 0);
        int left_behind = 0;
        for (int i = 0; i < kills; ++i) {
            const ProgressPipe progress;
            const pid_t child = start_child([&]() -> int { save_for_ever(path, progress); });
            QVERIFY(progress.wait(1 + static_cast<int>(random() % longest)));
            QCOMPARE(::kill(child, SIGKILL), 0);
            QCOMPARE(wait_for_child(child), -1);
            QVERIFY(is_whole_version(content_of(path)));
            // Each process tidies up after the one before it.
            const auto others = names_in(m_folder).size() - 1;
            QVERIFY(others <= 1);
            left_behind += static_cast<int>(others);
        }
        QVERIFY(left_behind > 0);  // some kills did come in the middle
        write_file(path, version(1));
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

    void theNextProcessTidiesUp() {
        const auto left = leave_behind(m_folder);
        write_file(m_folder / "a", "new");
        QVERIFY(!fs::exists(left));
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

    void writersThatLiveKeepTheirFiles() {
        const ProgressPipe begun;
        const ProgressPipe go_on;
        const pid_t child = start_child([&] {
            AtomicFile file(m_folder / "theirs");
            file.write("first, ");
            begun.tell();
            if (!go_on.wait(1)) return 1;
            file.write("second");
            file.commit();
            return 0;
        });
        QVERIFY(begun.wait(1));
        write_file(m_folder / "ours", "new");  // looks through the folder
        go_on.tell();
        QCOMPARE(wait_for_child(child), 0);
        QCOMPARE(content_of(m_folder / "theirs"), "first, second");
        QCOMPARE(names_in(m_folder).size(), std::size_t{2});
    }

    void whatIsNotCertainStays() {
        const auto of_other_machine = leave_behind(m_folder, ".normscope-deadbeef-00000001.tmp");
        const auto long_forgotten = leave_behind(m_folder, ".normscope-deadbeef-00000002.tmp");
        make_old(long_forgotten);
        const auto someone_elses = leave_behind(m_folder, ".normscope-notes.txt");
        fs::create_directory(m_folder / ".normscope-folder.tmp");
        const fs::path outside = leave_behind(m_folder.parent_path(), m_folder.filename().native() + "-outside");
        const fs::path link = m_folder / temporary_name();
        fs::create_symlink(outside, link);
        const fs::path pipe = m_folder / temporary_name();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        write_file(m_folder / "a", "new");
        QVERIFY(fs::exists(of_other_machine));
        QVERIFY(!fs::exists(long_forgotten));
        QVERIFY(fs::exists(someone_elses));
        QVERIFY(fs::exists(m_folder / ".normscope-folder.tmp"));
        QVERIFY(fs::is_symlink(link) && fs::exists(outside));
        QVERIFY(fs::exists(pipe));
        fs::remove(outside);
    }

    void aFileTakenForStaleIsMadeAgain() {
        const fs::path path = m_folder / temporary_name();
        const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
        fs::remove(path);  // as a process does that looked between making and locking
        QVERIFY(!lock_temporary(file.get()).usable);
        const fs::path held = m_folder / temporary_name();
        const FileDescriptor first(::open(held.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
        const FileDescriptor second(::open(held.c_str(), O_RDWR));
        const auto lock = lock_temporary(first.get());
        QVERIFY(lock.usable && lock.descriptor.is_open());
        QVERIFY(!lock_temporary(second.get()).usable);
    }

    void twoProcessesSaveToOnePath() {
        const fs::path path = m_folder / "a";
        constexpr int saves = 60;
        std::vector<pid_t> children;
        for (int number = 0; number < 2; ++number) {
            children.push_back(start_child([&] {
                for (int i = 0; i < saves; ++i) write_file(path, version(number));
                return 0;
            }));
        }
        for (const pid_t child : children) QCOMPARE(wait_for_child(child), 0);
        QVERIFY(is_whole_version(content_of(path)));
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

   private:
    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

QTEST_APPLESS_MAIN(tst_AtomicFileKills)
#include "tst_AtomicFileKills.moc"
