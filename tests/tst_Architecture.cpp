// The dependency rule: arrows only point down. Greps every #include of ours.
#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>

class tst_Architecture : public QObject {
    Q_OBJECT

   private slots:
    void folderSeesOnly_data();
    void folderSeesOnly();
    void everyFileIsListed();
};

namespace {

QStringList sourcesIn(const QString& folder) {
    QStringList files;
    QDirIterator walk(QStringLiteral(NORMSCOPE_SOURCE_DIR "/") + folder, {"*.h", "*.cpp"}, QDir::Files,
                      QDirIterator::Subdirectories);
    while (walk.hasNext()) files << walk.next();
    return files;
}

QString read(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QString::fromUtf8(file.readAll());
}

}  // namespace

void tst_Architecture::folderSeesOnly_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("forbidden");
    QTest::newRow("telemetry sees only std") << "core/telemetry"
                                             << "(\"(?!core/telemetry/)|<(Q[A-Z]|opencv|Eigen|nlohmann|zlib))";
    QTest::newRow("core sees no Qt, OpenCV, ONNX or upper layer")
        << "core"
        << "(\"(?!core/)|<(Q[A-Z]|opencv|onnx|google/protobuf|qcustomplot|CLI/))";
    QTest::newRow("datasets sees no Qt or upper layer") << "datasets"
                                                        << "(\"(?!(core|datasets)/)|<(Q[A-Z]|qcustomplot|CLI/))";
    QTest::newRow("exports see core only") << "app/exports"
                                           << "(\"(?!(core|app/exports)/)|<(Q[A-Z]|qcustomplot|CLI/))";
    QTest::newRow("widgets sees telemetry only") << "widgets"
                                                 << "(\"(?!(core/telemetry|widgets)/)|<(opencv|Eigen|nlohmann|CLI/))";
    QTest::newRow("the command line sees no window")
        << "app/cli"
        << "(\"(?!(core|datasets|app/exports|app/cli)/)|<(Q[A-Z]|qcustomplot))";
}

void tst_Architecture::folderSeesOnly() {
    QFETCH(QString, folder);
    QFETCH(QString, forbidden);
    const QStringList files = sourcesIn(folder);
    QVERIFY2(!files.isEmpty(), qPrintable(folder));
    const QRegularExpression pattern("^\\s*#\\s*include\\s+" + forbidden, QRegularExpression::MultilineOption);
    for (const QString& file : files) {
        const auto match = pattern.match(read(file));
        QVERIFY2(!match.hasMatch(), qPrintable(file + ": " + match.captured()));
    }
}

void tst_Architecture::everyFileIsListed() {
    for (const char* folder : {"core", "datasets", "widgets", "app"}) {
        for (const QString& file : sourcesIn(folder)) {
            if (!file.endsWith(".cpp")) continue;
            // The nearest CMakeLists.txt above the file names it.
            QDir above = QFileInfo(file).dir();
            while (!above.exists("CMakeLists.txt") && above.cdUp()) {
            }
            const QString listed = above.relativeFilePath(file);
            QVERIFY2(read(above.filePath("CMakeLists.txt")).contains(listed), qPrintable(file + " is in no target"));
        }
    }
}

QTEST_APPLESS_MAIN(tst_Architecture)
#include "tst_Architecture.moc"
