// normscope-cli report: one file that needs nothing else.
#include "tests/app/cli/SweepRuns.h"

#include <QTest>
#include <QXmlStreamReader>

using namespace normscope::testing;

namespace {

/// Well-formed, and with no reference to anything outside.
bool stands_alone(const QByteArray& html) {
    QXmlStreamReader reader(html);
    while (!reader.atEnd()) {
        reader.readNext();
        if (!reader.isStartElement()) continue;
        for (const auto& attribute : reader.attributes()) {
            if (attribute.name() == u"src" || attribute.name() == u"href") return false;
        }
    }
    if (reader.hasError()) qWarning("%s", qPrintable(reader.errorString()));
    return !reader.hasError();
}

}  // namespace

class tst_ReportCommand : public QObject {
    Q_OBJECT

   private slots:
    void ofARun() {
        QVERIFY(write_bytes(in("recipe.json"),
                            R"({"optimizer": {"lr": 0.03}, "record": {"eval_every": 10, "eval_images": 50,
            "measure_every": 10, "exact_batches": 2, "landscape": [1, 2]}})"));
        const CliResult trained = run_cli({"train", in("recipe.json"), "--out", in("run"), "--steps", "30"});
        QVERIFY2(trained.code == 0, trained.errors);
        const CliResult result = run_cli({"report", in("run")});
        QVERIFY2(result.code == 0, result.errors);
        const QByteArray html = bytes_of(in("run") + "/report.html");
        QVERIFY(stands_alone(html));
        for (const char* part :
             {"Training loss of each batch", "#E69F00", "#0072B2", "#009E73", "#CC79A7", "optimizer.lr",
              "Loss along the gradient", "exact, of training images", "bn1: variance", "eval_accuracy"}) {
            QVERIFY2(html.contains(part), part);
        }
        QVERIFY(html.count("<svg") >= 8);
    }

    void ofARunThatIsCutOff() {
        QVERIFY(QDir().mkpath(in("begun")));
        QVERIFY(QFile::copy(in("run") + "/recipe.json", in("begun") + "/recipe.json"));
        QCOMPARE(run_cli({"report", in("begun")}).code, 0);
        QVERIFY(bytes_of(in("begun") + "/report.html").contains("No step has been written out yet"));
        QVERIFY(write_bytes(in("begun") + "/history.csv.partial", "step,loss\n1,2.5\n2,2.25\n3,1"));
        QCOMPARE(run_cli({"report", in("begun")}).code, 0);
        QVERIFY(stands_alone(bytes_of(in("begun") + "/report.html")));
    }

    void ofASweep() {
        QByteArray text = eight_runs(20);
        text.chop(1);
        QVERIFY(
            write_bytes(in("sweep.json"), text + R"(, "name": "a <name> & more", "claims": [{"claim": "c1", "quantity":
            "steps", "of": {"seed": 1}, "at_least": 1}], "published": {"source": "somebody 2015", "columns": ["a"],
            "rows": [["b"]]}})"));
        QCOMPARE(run_cli({"sweep", in("sweep.json"), "--out", in("sweep")}).code, 0);
        const CliResult result = run_cli({"report", in("sweep"), "--out", in("out.html")});
        QVERIFY2(result.code == 0, result.errors);
        const QByteArray html = bytes_of(in("out.html"));
        QVERIFY(stands_alone(html));
        for (const char* part : {"a &lt;name&gt; &amp; more", "somebody 2015", "inconclusive", "c1", "eval_accuracy",
                                 "model.norm.momentum", "Sweep file"}) {
            QVERIFY2(html.contains(part), part);
        }
        for (const QString& run : QDir(in("sweep")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            QVERIFY(html.contains(run.toUtf8()));
        }
    }

    void refuses() {
        CliResult result = run_cli({"report", in("nowhere")});
        QVERIFY2(result.code == 2 && result.errors.contains("neither a run"), result.errors);
        result = run_cli({"report", in("run"), "--out", in("x.pdf")});
        QVERIFY2(result.code == 2 && result.errors.contains("browser"), result.errors);
        result = run_cli({"report", in("run"), "--out", in("x.doc")});
        QVERIFY2(result.code == 2 && result.errors.contains(".html"), result.errors);
        QVERIFY(write_bytes(in("begun") + "/history.csv", "step,loss\n1,x\n"));
        result = run_cli({"report", in("begun")});
        QVERIFY2(result.code == 2 && result.errors.contains("line 2"), result.errors);
    }

   private:
    QString in(const QString& name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(tst_ReportCommand)
#include "tst_ReportCommand.moc"
