// What the window saves (plots, recipes), saved where saving goes wrong: a sentence, and the old file stays.
#include "app/files/BackgroundWriter.h"
#include "core/io/AtomicFile.h"
#include "tests/core/io/Faults.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using namespace normscope;
using namespace normscope::app;
using namespace normscope::testing;
namespace fs = std::filesystem;

class tst_BackgroundWriter : public QObject {
    Q_OBJECT

   private slots:
    void initTestCase() { io::ignore_fatal_write_signals(); }

    void init() {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_folder = m_temporary->path().toStdString();
        m_writer = std::make_unique<BackgroundWriter>();
        m_written = std::make_unique<QSignalSpy>(m_writer.get(), &BackgroundWriter::written);
        m_failed = std::make_unique<QSignalSpy>(m_writer.get(), &BackgroundWriter::failed);
    }

    void anyName_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("spaces and quotes") << QStringLiteral("my 'first' \"plot\".svg");
        QTest::newRow("unicode") << QStringLiteral("γβ — 学習 äöü.png");
        QTest::newRow("longest") << QString(251, 'n') + ".pdf";
    }
    void anyName() {
        QFETCH(QString, name);
        write(name);
        QTRY_COMPARE(m_written->count(), 1);
        QCOMPARE(content_of(m_folder / name.toStdString()), big().toStdString());
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

    void refuses_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("words");
        QTest::newRow("folder") << "folder"
                                << "it is a folder";
        QTest::newRow("pipe") << "pipe"
                              << "it is a pipe";
        QTest::newRow("device") << "/dev/null"
                                << "it is a device";
        QTest::newRow("missing folder") << "missing/plot.png"
                                        << "does not exist";
        QTest::newRow("260 characters") << QString(260, 'n') << "the name is too long";
    }
    void refuses() {
        QFETCH(QString, name);
        QFETCH(QString, words);
        fs::create_directory(m_folder / "folder");
        QCOMPARE(::mkfifo((m_folder / "pipe").c_str(), 0600), 0);
        write(name);
        expectFailure(words);
        QCOMPARE(names_in(m_folder).size(), std::size_t{2});
    }

    void keepsLinks() {
        fs::create_symlink("real.png", m_folder / "link.png");
        write("link.png");
        QTRY_COMPARE(m_written->count(), 1);
        QVERIFY(fs::is_symlink(m_folder / "link.png"));
        QCOMPARE(content_of(m_folder / "real.png"), big().toStdString());
    }

    void sizeLimitKeepsTheOldFile() {
        std::ofstream(m_folder / "plot.png") << "precious";
        {
            const FileSizeLimit limit(4096);
            write("plot.png");
            expectFailure("file size");
        }
        QCOMPARE(content_of(m_folder / "plot.png"), "precious");
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
        write("plot.png");
        QTRY_COMPARE(m_written->count(), 1);
    }

    void readOnlyFolderKeepsTheOldFile() {
        std::ofstream(m_folder / "plot.png") << "precious";
        QCOMPARE(::chmod(m_folder.c_str(), 0555), 0);
        constexpr uid_t nobody = 65534;
        const bool root = ::geteuid() == 0;
        if (root) QCOMPARE(::seteuid(nobody), 0);  // of all threads
        write("plot.png");
        const bool told = QTest::qWaitFor([&] { return m_failed->count() == 1; }, 60000);
        if (root) QCOMPARE(::seteuid(0), 0);
        QCOMPARE(::chmod(m_folder.c_str(), 0755), 0);
        QVERIFY(told);
        expectFailure("no permission");
        QCOMPARE(content_of(m_folder / "plot.png"), "precious");
    }

    void writesInOrderAndFinishesWhatIsQueued() {
        for (int i = 0; i < 50; ++i) m_writer->write(path("plot.png"), QByteArray::number(i));
        m_writer.reset();
        QCOMPARE(content_of(m_folder / "plot.png"), "49");
        QCOMPARE(names_in(m_folder).size(), std::size_t{1});
    }

   private:
    static QByteArray big() { return QByteArray(100000, 'p'); }
    QString path(const QString& name) const { return QString::fromStdString((m_folder / name.toStdString()).native()); }
    void write(const QString& name) { m_writer->write(path(name), big()); }
    void expectFailure(const QString& words) {
        QTRY_COMPARE(m_failed->count(), 1);
        const QString sentence = m_failed->at(0).at(0).toString();
        QVERIFY2(sentence.contains(words) && sentence.endsWith('.'), qPrintable(sentence));
        QCOMPARE(m_written->count(), 0);
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
    std::unique_ptr<BackgroundWriter> m_writer;
    std::unique_ptr<QSignalSpy> m_written;
    std::unique_ptr<QSignalSpy> m_failed;
};

QTEST_GUILESS_MAIN(tst_BackgroundWriter)
#include "tst_BackgroundWriter.moc"
