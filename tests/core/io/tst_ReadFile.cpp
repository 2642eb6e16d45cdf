#include "core/io/ReadFile.h"
#include "tests/core/io/ErrorText.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::io;
using normscope::testing::error_text;
namespace fs = std::filesystem;

class tst_ReadFile : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() {
        m_folder = m_temporary.path().toStdString();
        std::ofstream(m_folder / "ten") << "0123456789";
        std::ofstream(m_folder / "empty");
        fs::create_symlink("ten", m_folder / "link");
        fs::create_symlink("nowhere", m_folder / "dangling");
        fs::create_directory(m_folder / "folder");
        QCOMPARE(::mkfifo((m_folder / "fifo").c_str(), 0600), 0);
    }

    void reads_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("limit");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("file") << "ten" << 1000 << QByteArray("0123456789");
        QTest::newRow("file exactly at the limit") << "ten" << 10 << QByteArray("0123456789");
        QTest::newRow("link") << "link" << 1000 << QByteArray("0123456789");
        QTest::newRow("empty") << "empty" << 0 << QByteArray();
    }
    void reads() {
        QFETCH(QString, name);
        QFETCH(int, limit);
        QFETCH(QByteArray, content);
        const auto bytes = read_file(m_folder / name.toStdString(), static_cast<std::uint64_t>(limit));
        QCOMPARE(std::string(as_text(bytes)), content.toStdString());
    }

    void refuses_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << "missing"
                                 << "no such file";
        QTest::newRow("dangling link") << "dangling"
                                       << "no such file";
        QTest::newRow("folder") << "folder"
                                << "it is a folder";
        QTest::newRow("FIFO does not hang") << "fifo"
                                            << "it is a pipe";
        QTest::newRow("endless device") << "/dev/zero"
                                        << "it is a device";
        QTest::newRow("larger than allowed") << "ten"
                                             << "at most 9";
        QTest::newRow("name too long") << QString(300, 'n') << "too long";
    }
    void refuses() {
        QFETCH(QString, name);
        QFETCH(QString, words);
        const fs::path path = m_folder / name.toStdString();
        const auto text = error_text([&] { read_file(path, 9); });
        QVERIFY2(text.find(words.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.find(path.native()) != std::string::npos, text.c_str());
    }

    /// They announce 0 bytes and hold some.
    void readsFilesOfUnknownSize() {
        if (!fs::exists("/proc/self/status")) QSKIP("there is no /proc here");
        QVERIFY(read_file("/proc/self/status", 1U << 20).size() > 100);
        QVERIFY(!error_text([] { read_file("/proc/self/status", 50); }).empty());
    }

   private:
    QTemporaryDir m_temporary;
    fs::path m_folder;
};

QTEST_APPLESS_MAIN(tst_ReadFile)
#include "tst_ReadFile.moc"
