#include "core/io/AtomicFile.h"
#include "core/io/RegularFile.h"
#include "tests/core/io/ErrorText.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::io;
using normscope::testing::error_text;

class tst_RegularFile : public QObject {
    Q_OBJECT

   private slots:
    void readsTheStart() {
        const std::filesystem::path file = m_folder.filePath("file").toStdString();
        write_file(file, "0123456789");
        QCOMPARE(read_file_start(file, 3).bytes.size(), std::size_t{3});
        QCOMPARE(read_file_start(file, 3).size, std::uint64_t{10});
        QCOMPARE(read_file_start(file, 100).bytes.size(), std::size_t{10});
        std::filesystem::create_symlink(file, m_folder.filePath("link").toStdString());
        QCOMPARE(open_regular_file(m_folder.filePath("link").toStdString()).size, std::uint64_t{10});
    }

    void refusesWithoutWaiting() {
        const std::filesystem::path pipe = m_folder.filePath("pipe").toStdString();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        const auto refusal = [](const std::filesystem::path& path) {
            return error_text([&] { open_regular_file(path); });
        };
        QVERIFY(refusal(pipe).find("a pipe") != std::string::npos);
        QVERIFY(refusal(pipe.parent_path()).find("a folder") != std::string::npos);
        QVERIFY(refusal("/dev/zero").find("a device") != std::string::npos);
        QVERIFY(refusal(pipe / "x").find("not a folder") != std::string::npos);
        QVERIFY(refusal(pipe.parent_path() / "missing").find("no such file") != std::string::npos);
        std::filesystem::create_symlink("loop", pipe.parent_path() / "loop");
        QVERIFY(refusal(pipe.parent_path() / "loop").find("circle") != std::string::npos);
    }

   private:
    QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(tst_RegularFile)
#include "tst_RegularFile.moc"
