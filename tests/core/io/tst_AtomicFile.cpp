#include "core/io/AtomicFile.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/io/Faults.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::io;
using namespace normscope::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t page = 4096;
}  // namespace

class tst_AtomicFile : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { ignore_fatal_write_signals(); }

    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        QVERIFY(m_temporary->isValid());
        m_folder = m_temporary->path().toStdString();
    }

    void writesNewFile_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("plain") << "a.json";
        QTest::newRow("spaces and quotes") << QStringLiteral("my 'first' \"run\".json");
        QTest::newRow("unicode") << QStringLiteral("γβ — 学習.json");
        QTest::newRow("line break") << QStringLiteral("a\nb");
        QTest::newRow("longest name") << QString(255, 'n');
    }
    void writesNewFile() {
        QFETCH(QString, name);
        const fs::path path = m_folder / name.toStdString();
        write_file(path, "new");
        QCOMPARE(content_of(path), "new");
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
        const mode_t mask = ::umask(0);
        ::umask(mask);
        struct stat status {};
        QCOMPARE(::stat(path.c_str(), &status), 0);
        QCOMPARE(status.st_mode & 0777, 0666 & ~mask);
    }

    void refusesTarget_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("words");
        QTest::newRow("folder") << "folder"
                                << "a folder";
        QTest::newRow("FIFO") << "fifo"
                              << "a pipe";
        QTest::newRow("device") << "/dev/full"
                                << "a device";
        QTest::newRow("null device") << "/dev/null"
                                     << "a device";
        QTest::newRow("link to device") << "devicelink"
                                        << "a device";
        QTest::newRow("link to itself") << "circle"
                                        << "circle";
        QTest::newRow("missing folder") << "missing/a.json"
                                        << "does not exist";
        QTest::newRow("file as folder") << "file/a.json"
                                        << "not a folder";
        QTest::newRow("empty") << ""
                               << "empty";
        QTest::newRow("name of 260 characters") << QString(260, 'n') << "name is too long";
        QTest::newRow("new folder") << "new/"
                                    << "new";
    }
    void refusesTarget() {
        QFETCH(QString, kind);
        QFETCH(QString, words);
        fs::create_directory(m_folder / "folder");
        QCOMPARE(::mkfifo((m_folder / "fifo").c_str(), 0600), 0);
        fs::create_symlink("/dev/null", m_folder / "devicelink");
        fs::create_symlink("circle", m_folder / "circle");
        std::ofstream(m_folder / "file") << "old";
        const auto before = names_in(m_folder).size();
        const fs::path path = kind.isEmpty() ? fs::path() : m_folder / kind.toStdString();
        const auto text = error_text([&] { write_file(path, "new"); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.find(path.native()) != std::string::npos, text.c_str());
        QVERIFY(text.ends_with('.'));
        QCOMPARE(names_in(m_folder).size(), before);
        QCOMPARE(fs::status("/dev/null").type(), fs::file_type::character);
    }

    void keepsSymbolicLink_data() {
        QTest::addColumn<bool>("absolute");
        QTest::addColumn<bool>("exists");
        QTest::newRow("relative") << false << true;
        QTest::newRow("absolute") << true << true;
        QTest::newRow("dangling") << false << false;
    }
    void keepsSymbolicLink() {
        QFETCH(bool, absolute);
        QFETCH(bool, exists);
        fs::create_directory(m_folder / "data");
        const fs::path target = m_folder / "data/real.json";
        if (exists) std::ofstream(target) << "old";
        fs::create_symlink(absolute ? target : fs::path("data/real.json"), m_folder / "first");
        fs::create_symlink("first", m_folder / "link");
        write_file(m_folder / "link", "new");
        QVERIFY(fs::is_symlink(m_folder / "link"));
        QVERIFY(fs::is_symlink(m_folder / "first"));
        QVERIFY(!fs::is_symlink(target));
        QCOMPARE(content_of(target), "new");
        QCOMPARE(names_in(m_folder / "data").size(), std::size_t{1});
    }

    void keepsPermissions_data() {
        QTest::addColumn<int>("mode");
        QTest::newRow("private") << 0600;
        QTest::newRow("group") << 0664;
        QTest::newRow("executable") << 0755;
    }
    void keepsPermissions() {
        QFETCH(int, mode);
        const fs::path path = m_folder / "a";
        std::ofstream(path) << "old";
        QCOMPARE(::chmod(path.c_str(), static_cast<mode_t>(mode)), 0);
        write_file(path, "new");
        struct stat status {};
        QCOMPARE(::stat(path.c_str(), &status), 0);
        QCOMPARE(static_cast<int>(status.st_mode & 07777), mode);
    }

    void sizeLimitLeavesOldFile_data() {
        QTest::addColumn<bool>("manySmall");
        QTest::newRow("one big write") << false;
        QTest::newRow("many small writes") << true;
    }
    void sizeLimitLeavesOldFile() {
        QFETCH(bool, manySmall);
        const fs::path path = m_folder / "a";
        write_file(path, "old");
        std::string text;
        {
            const FileSizeLimit limit(10 * page);
            text = error_text<WorkError>([&] {
                AtomicFile file(path);
                const std::string piece(manySmall ? 100 : 11 * page, 'x');
                for (std::size_t size = 0; size < 11 * page; size += piece.size()) file.write(piece);
                file.commit();
            });
        }
        QVERIFY2(text.find("file size") != std::string::npos, text.c_str());
        QCOMPARE(content_of(path), "old");
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }
    void sizeLimitExactlyReached() {
        const fs::path path = m_folder / "a";
        {
            const FileSizeLimit limit(10 * page);
            write_file(path, std::string(10 * page, 'x'));
        }
        QCOMPARE(content_of(path).size(), 10 * page);
    }
    void failedWriteAppendsNothing() {
        const fs::path path = m_folder / "a";
        AtomicFile file(path);
        file.write("kept");
        {
            const FileSizeLimit limit(10);
            QVERIFY(!error_text<WorkError>([&] { file.write("0123456789"); }).empty());
        }
        file.write(" and more");
        file.commit();
        QCOMPARE(content_of(path), "kept and more");
    }

    void fullDiskLeavesOldFile() {
        const fs::path disk = m_folder / "disk";
        fs::create_directory(disk);
        const int code = in_child([&] {
            if (!mount_small_disk(disk, 64)) return no_mount;
            const fs::path path = disk / "a";
            write_file(path, "old");
            const auto big = error_text<WorkError>([&] { write_file(path, std::string(16 * page, 'x')); });
            if (big.find("disk is full") == std::string::npos || content_of(path) != "old") return 1;
            const auto small = error_text<WorkError>([&] {
                AtomicFile file(path);
                for (int i = 0; i < 1000; ++i) file.write(std::string(100, 'x'));
                file.commit();
            });
            if (small.find("disk is full") == std::string::npos || content_of(path) != "old") return 2;
            if (names_in(disk).size() != 1) return 3;
            write_file(path, std::string(15 * page, 'x'));  // exactly full beside the old file's page
            return content_of(path).size() == 15 * page ? 0 : 4;
        });
        if (code == no_mount) QSKIP("a small file system cannot be mounted here");
        QCOMPARE(code, 0);
    }

    void readOnlyFolder_data() {
        QTest::addColumn<int>("folderMode");
        QTest::addColumn<int>("fileMode");
        QTest::newRow("folder") << 0555 << 0666;
        QTest::newRow("file") << 0777 << 0444;
    }
    void readOnlyFolder() {
        QFETCH(int, folderMode);
        QFETCH(int, fileMode);
        const fs::path folder = m_folder / "folder";
        fs::create_directory(folder);
        write_file(folder / "a", "old");
        QCOMPARE(::chmod(m_folder.c_str(), 0755), 0);
        QCOMPARE(::chmod((folder / "a").c_str(), static_cast<mode_t>(fileMode)), 0);
        QCOMPARE(::chmod(folder.c_str(), static_cast<mode_t>(folderMode)), 0);
        const int code = in_child([&] {
            if (!give_up_root()) return 1;
            return error_text([&] { write_file(folder / "a", "new"); }).find("no permission") == std::string::npos ? 2
                                                                                                                   : 0;
        });
        QCOMPARE(::chmod(folder.c_str(), 0755), 0);
        QCOMPARE(code, 0);
        QCOMPARE(content_of(folder / "a"), "old");
        QCOMPARE(names_in(folder).size(), std::size_t{1});
    }

    void targetThatBecomesFolderIsRefused() {
        const fs::path path = m_folder / "a";
        {
            AtomicFile file(path);
            file.write("new");
            fs::create_directory(path);
            QVERIFY(!error_text([&] { file.commit(); }).empty());
        }
        QVERIFY(fs::is_directory(path));
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

    void uncommittedLeavesNothing() {
        { AtomicFile(m_folder / "a").write("new"); }
        QVERIFY(fs::is_empty(m_folder));
    }

    void twoWritersOfOneFile() {
        const fs::path path = m_folder / "a";
        const auto write_often = [&](char letter) {
            for (int i = 0; i < 50; ++i) write_file(path, std::string(20000, letter));
        };
        std::jthread a(write_often, 'a');
        std::jthread b(write_often, 'b');
        a.join();
        b.join();
        const auto content = content_of(path);
        QCOMPARE(content, std::string(20000, content.at(0)));
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

   private:
    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

QTEST_APPLESS_MAIN(tst_AtomicFile)
#include "tst_AtomicFile.moc"
