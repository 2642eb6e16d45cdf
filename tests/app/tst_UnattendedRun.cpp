// The program as scripts call it: pictures, headless runs, exit codes.
#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

class tst_UnattendedRun : public QObject {
    Q_OBJECT

   private slots:
    void writesAScreenshot();
    void trainsHeadless();
    void needsNoDisplay();
    void refusesBadInput_data();
    void refusesBadInput();

   private:
    struct Result {
        int code;
        QString errors;
    };
    static Result run(const QStringList& arguments,
                      const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment()) {
        QProcess process;
        process.setProcessEnvironment(environment);
        process.start(NORMSCOPE_PROGRAM, arguments);
        const bool ended = process.waitForFinished(120000);
        return {ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardError())};
    }
    static QString write(const QTemporaryDir& folder, const QString& name, const QByteArray& bytes) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly)) return {};
        file.write(bytes);
        return file.fileName();
    }
};

void tst_UnattendedRun::writesAScreenshot() {
    QTemporaryDir folder;
    const QString path = folder.filePath("window.png");
    const Result result = run({"--screenshot", path, "--steps", "12", "--theme", "dark", "--size", "1280x720"});
    QVERIFY2(result.code == 0, qPrintable(result.errors));
    const QImage picture(path);
    QCOMPARE(picture.size(), QSize(1280, 720));
    QVERIFY(picture.pixelColor(640, 60).lightness() < 80);
}

void tst_UnattendedRun::trainsHeadless() {
    QTemporaryDir folder;
    const QString recipe = write(folder, "recipe.json", R"({"schema": 1, "data": {"batch_size": 256}, "epochs": 1})");
    const Result result = run({"--headless", folder.filePath("out"), recipe});
    QVERIFY2(result.code == 0, qPrintable(result.errors));
    QVERIFY2(result.errors.contains("accuracy"), qPrintable(result.errors));
    const QDir out(folder.filePath("out"));
    QVERIFY(!QImage(out.filePath("window.png")).isNull());
    QCOMPARE(QDir(out.filePath("plots")).entryList(QDir::Files).size(), 24);
    QFile report(out.filePath("report.html"));
    QVERIFY(report.open(QIODevice::ReadOnly));
    const QByteArray html = report.readAll();
    QVERIFY(html.contains("Fashion-MNIST"));
    QVERIFY(html.contains("data:image/svg+xml;base64,"));
    QVERIFY(html.endsWith("</html>\n"));
}

void tst_UnattendedRun::needsNoDisplay() {
    QProcessEnvironment bare = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) bare.remove(name);
    QTemporaryDir folder;
    const Result picture = run({"--screenshot", folder.filePath("a.png"), "--steps", "2"}, bare);
    QVERIFY2(picture.code == 0, qPrintable(picture.errors));
    QVERIFY(!QImage(folder.filePath("a.png")).isNull());
    const Result window = run({}, bare);
    QCOMPARE(window.code, 2);
    QVERIFY2(window.errors.contains("no display"), qPrintable(window.errors));
}

void tst_UnattendedRun::refusesBadInput_data() {
    QTest::addColumn<QByteArray>("recipe");
    QTest::addColumn<QString>("word");
    QTest::newRow("not JSON") << QByteArray("{") << "line 1";
    QTest::newRow("unknown key") << QByteArray(R"({"schema": 1, "optimiser": {}})") << "optimiser";
    QTest::newRow("missing data") << QByteArray(R"({"schema": 1, "data": {"source": "idx:/nowhere/a,/nowhere/b"}})")
                                  << "/nowhere/a";
}

void tst_UnattendedRun::refusesBadInput() {
    QFETCH(QByteArray, recipe);
    QFETCH(QString, word);
    QTemporaryDir folder;
    const Result result =
        run({"--screenshot", folder.filePath("a.png"), "--steps", "2", write(folder, "recipe.json", recipe)});
    QCOMPARE(result.code, 2);
    QVERIFY2(result.errors.contains(word), qPrintable(result.errors));
    QVERIFY(!QFile::exists(folder.filePath("a.png")));
}

QTEST_GUILESS_MAIN(tst_UnattendedRun)
#include "tst_UnattendedRun.moc"
