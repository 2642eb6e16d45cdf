#include "core/io/AtomicFile.h"
#include "core/io/AtomicFolder.h"
#include "core/io/ReadFile.h"
#include "tests/core/io/ErrorText.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cstdlib>
#include <memory>
#include <set>

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace normscope;
using namespace normscope::io;
using namespace normscope::testing;

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().native());
    return names;
}

std::string text_of(const fs::path& path) {
    const auto bytes = read_file(path, 1U << 24);
    return std::string(as_text(bytes));
}

const FolderCheck anything = [](const fs::path&) {};

/// Three files that all say `what`.
void write(const fs::path& target, const std::string& what, const FolderCheck& may_replace = anything) {
    write_folder(target, {{"a", as_bytes(what)}, {"b", as_bytes(what)}, {"c c", as_bytes(what)}}, may_replace);
}

}  // namespace

class tst_AtomicFolder : public QObject {
    Q_OBJECT

   private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void makesAndReplaces() {
        write(in("new"), "one");
        QVERIFY(names_in(in("new")) == (std::set<std::string>{"a", "b", "c c"}));
        QCOMPARE(text_of(in("new") / "c c"), "one");
        write_file(in("new") / "more", "old");
        write(in("new"), "two");
        QVERIFY(names_in(in("new")) == (std::set<std::string>{"a", "b", "c c"}));
        QCOMPARE(text_of(in("new") / "a"), "two");
        QCOMPARE(names_in(root()).size(), 1U);
        struct stat status {};
        QCOMPARE(::stat(in("new").c_str(), &status), 0);
        const mode_t mask = ::umask(0);
        ::umask(mask);
        QCOMPARE(status.st_mode & 0777U, 0777U & ~mask);
    }

    void takesAnyName() {
        for (const std::string name : {"with space", "q\"uote's", "Größe 漢字", "trailing/", "./dotted"}) {
            write(in(name.c_str()), name);
            QCOMPARE(text_of(in(name.c_str()) / "a"), name);
        }
        write(in(std::string(250, 'n').c_str()), "long");
        QVERIFY(!error_text([&] { write(in(std::string(260, 'n').c_str()), "long"); }).empty());
    }

    void asksBeforeItReplaces() {
        write(in("old"), "old");
        fs::create_directory(in("empty"));
        const FolderCheck refuse = [](const fs::path& folder) { throw InputError("not " + folder.native()); };
        const auto text = error_text([&] { write(in("old"), "new", refuse); });
        QVERIFY2(text.starts_with("not ") && text.ends_with("/old"), text.c_str());
        QCOMPARE(text_of(in("old") / "a"), "old");
        write(in("empty"), "new", refuse);
        QCOMPARE(text_of(in("empty") / "a"), "new");
        QVERIFY(names_in(root()) == (std::set<std::string>{"old", "empty"}));
    }

    void followsLinks() {
        write(in("place"), "old");
        fs::create_directory_symlink("place", in("link"));
        write(in("link"), "new");
        QVERIFY(fs::is_symlink(in("link")));
        QCOMPARE(text_of(in("place") / "a"), "new");
    }

    void refusesOtherPlaces() {
        write_file(in("file"), "mine");
        QVERIFY(error_text([&] { write(in("file"), "x"); }).find("no folder") != std::string::npos);
        QVERIFY(error_text([&] { write(in("none/at/all"), "x"); }).find("does not exist") != std::string::npos);
        QVERIFY(!error_text([&] { write(in("file") / "inside", "x"); }).empty());
        QVERIFY(!error_text([&] { write("", "x"); }).empty());
        QVERIFY(!error_text([&] { write("/", "x"); }).empty());
        fs::create_symlink("nowhere", in("dangling"));
        QVERIFY(!error_text([&] { write(in("dangling"), "x"); }).empty());
        QCOMPARE(text_of(in("file")), "mine");
    }

    void aFullDiskChangesNothing() {
        ignore_fatal_write_signals();
        write(in("old"), "old");
        rlimit usual{};
        ::getrlimit(RLIMIT_FSIZE, &usual);
        const rlimit limit{1000, usual.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string large(2000, 'x'), small = "x";
        const auto text = error_text<WorkError>([&] {
            write_folder(in("old"), {{"a", as_bytes(small)}, {"b", as_bytes(large)}}, anything);
        });
        const auto new_text = error_text<WorkError>([&] {
            write_folder(in("new"), {{"b", as_bytes(large)}}, anything);
        });
        ::setrlimit(RLIMIT_FSIZE, &usual);
        QVERIFY2(text.find("/old/b\"") != text.npos, text.c_str());
        QVERIFY2(new_text.find("/new/b\"") != new_text.npos, new_text.c_str());
        QCOMPARE(text_of(in("old") / "b"), "old");
        QVERIFY(names_in(root()) == (std::set<std::string>{"old"}));
    }

    /// Whenever it is killed, the folder is all old or all new.
    void survivesKill() {
        write(in("target"), std::string(1, 'a'));
        for (int attempt = 0; attempt < 20; ++attempt) {
            std::array<int, 2> pipe_ends{};
            QCOMPARE(::pipe(pipe_ends.data()), 0);
            const pid_t child = ::fork();
            if (child == 0) {
                for (char letter = 'b';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
                    write(in("target"), std::string(1, letter));
                    if (::write(pipe_ends[1], &letter, 1) != 1) std::_Exit(1);
                }
            }
            char letter = 0;
            QCOMPARE(::read(pipe_ends[0], &letter, 1), 1);  // it is at work
            // Moments that have nothing to do with the child's steps.
            for (int i = 0; i < attempt * 25; ++i) QVERIFY(fs::exists(in("target")));
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY(WIFSIGNALED(status));
            ::close(pipe_ends[0]);
            ::close(pipe_ends[1]);
            QVERIFY(names_in(in("target")) == (std::set<std::string>{"a", "b", "c c"}));
            QCOMPARE(text_of(in("target") / "a").size(), 1U);
            QCOMPARE(text_of(in("target") / "b"), text_of(in("target") / "a"));
            QCOMPARE(text_of(in("target") / "c c"), text_of(in("target") / "a"));
        }
    }

   private:
    fs::path root() const { return m_folder->path().toStdString(); }
    fs::path in(const char* name) const { return root() / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(tst_AtomicFolder)
#include "tst_AtomicFolder.moc"
