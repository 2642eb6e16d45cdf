// What the documents point at is there.
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTest>

class tst_DocLinks : public QObject {
    Q_OBJECT

   private slots:
    void pointAtWhatIsThere_data() {
        QTest::addColumn<QString>("document");
        for (const char* name : {"README.md", "ARCHITECTURE.md", "CHANGELOG.md"}) QTest::newRow(name) << QString(name);
        QDirIterator files(NORMSCOPE_SOURCE_DIR "/docs", {"*.md"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = QDir(NORMSCOPE_SOURCE_DIR).relativeFilePath(files.next());
            QTest::newRow(qPrintable(path)) << path;
        }
    }

    /// [text](path): the file exists; [`name`](path): and says that name.
    void pointAtWhatIsThere() {
        QFETCH(QString, document);
        const QFileInfo here(QString(NORMSCOPE_SOURCE_DIR "/") + document);
        static const QRegularExpression link(R"(\[(`?)([^\]`]+)`?\]\(([^)#]+)[^)]*\))");
        auto links = link.globalMatch(text_of(here.filePath()));
        while (links.hasNext()) {
            const auto match = links.next();
            const QString target = match.captured(3);
            if (target.startsWith("http")) continue;
            const QFileInfo file(here.dir(), target);
            QVERIFY2(file.exists(), qPrintable(target));
            if (match.captured(1).isEmpty() || !file.isFile()) continue;
            QVERIFY2(text_of(file.filePath()).contains(match.captured(2)), qPrintable(match.captured(0)));
        }
    }

   private:
    static QString text_of(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
};

QTEST_APPLESS_MAIN(tst_DocLinks)
#include "tst_DocLinks.moc"
