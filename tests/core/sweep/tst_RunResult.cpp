// What a folder says about its run.
#include "core/io/AtomicFile.h"
#include "core/io/FolderLock.h"
#include "core/io/ReadFile.h"
#include "core/sweep/SweepFolder.h"
#include "core/sweep/SweepJson.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/sweep/SweepsUnderTest.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <memory>

using namespace normscope;
using namespace normscope::sweep;
using normscope::testing::error_text;

namespace {

constexpr const char* done = R"({"steps": 50, "train_loss": 0.5, "eval_accuracy": 0.75, "eval_accuracy_train_mode": 0.8,
    "steps_to_target": null, "images_per_second": 123.4, "diverged": false, "interrupted": false})";
constexpr const char* diverged = R"({"steps": 3, "train_loss": null, "diverged": true,
    "divergence": {"step": 3, "sentence": "It blew up."}, "interrupted": false})";

}  // namespace

class tst_RunResult : public QObject {
    Q_OBJECT

   private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->path().toStdString();
    }

    void readsASummary() {
        const RunResult result = parse_summary(done, "s");
        QVERIFY(result.status == RunStatus::done);
        QCOMPARE(result.value("train_loss"), std::optional(0.5));
        QCOMPARE(result.value("eval_error"), std::optional(0.25));
        QVERIFY(std::abs(*result.value("mode_gap") - 0.05) < 1e-15);
        QVERIFY(!result.value("images_per_second") && !result.value("steps_to_target"));
        const RunResult wild = parse_summary(diverged, "s");
        QVERIFY(wild.status == RunStatus::diverged);
        QCOMPARE(wild.message, "It blew up.");
        QVERIFY(!error_text([] { parse_summary("[]", "s"); }).empty());
        QVERIFY(!error_text([] { parse_summary("{\"diverged\": 1}", "s"); }).empty());
    }

    void followsARunsLife() {
        const auto status = [&] { return read_result(m_path).status; };
        QVERIFY(status() == RunStatus::missing);
        io::write_file(m_path / "recipe.json", "{}");
        QVERIFY(status() == RunStatus::missing);
        {
            const io::FolderLock lock(m_path);
            QVERIFY(status() == RunStatus::running);
            io::write_file(m_path / "initial.safetensors", "x");
        }
        QVERIFY(status() == RunStatus::cut_off);
        write_failure(m_path, 1, "the disk is full");
        QVERIFY(status() == RunStatus::failed);
        QCOMPARE(read_result(m_path).message, "the disk is full");
        {
            const io::FolderLock lock(m_path);  // somebody tries again
            QVERIFY(status() == RunStatus::running);
        }
        remove_failure(m_path);
        std::string interrupted = done;
        interrupted.replace(interrupted.rfind("false"), 5, "true");
        io::write_file(m_path / "summary.json", interrupted);
        QVERIFY(status() == RunStatus::cut_off);
        io::write_file(m_path / "summary.json", diverged);
        QVERIFY(status() == RunStatus::diverged);
        io::write_file(m_path / "summary.json", done);
        QVERIFY(status() == RunStatus::done);
        io::write_file(m_path / "summary.json", "{ damaged");
        QVERIFY(status() == RunStatus::failed);
        QVERIFY(read_result(m_path).message.find("summary.json") != std::string::npos);
    }

    void writesTheTable() {
        const auto sweep = parse_sweep(R"({"runs": [{"label": "=1+1"}, {"label": "b, c", "seed": 2}]})", "s");
        prepare_folder(sweep, m_path);
        for (const auto& run : sweep.runs) prepare_run(m_path, run);
        io::write_file(run_folder(m_path, sweep.runs[0]) / "summary.json", done);
        const auto results = collect(sweep, m_path, {{1, "no \"memory\""}});
        QVERIFY(results.runs[1].status == RunStatus::failed);
        const auto bytes = io::read_file(m_path / "results.csv", 1U << 20);
        const std::string expected =
            "hash,status,label,seed,steps,train_loss,eval_accuracy,eval_accuracy_train_mode,eval_error,"
            "eval_error_train_mode,mode_gap,message\n" +
            sweep.runs[0].hash + ",done,'=1+1,1,50,0.5,0.75,0.8,0.25,0.19999999999999996,0.050000000000000044,\n" +
            sweep.runs[1].hash + ",failed,\"b, c\",2,,,,,,,,\"no \"\"memory\"\"\"\n";
        QCOMPARE(std::string(io::as_text(bytes)), expected);
        QCOMPARE(load_folder(m_path).runs[1].hash, sweep.runs[1].hash);
    }

    void opensAThousandRuns() {
        std::string seeds = "[0";
        for (int i = 1; i < 1000; ++i) seeds += ", " + std::to_string(i);
        const auto sweep = parse_sweep("{\"grid\": {\"seed\": " + seeds + "]}}", "s");
        for (const auto& run : sweep.runs) {
            std::filesystem::create_directory(run_folder(m_path, run));
            std::ofstream(run_folder(m_path, run) / "summary.json") << done;
        }
        QBENCHMARK {
            QCOMPARE(read_results(sweep, m_path).count(RunStatus::done), std::size_t{1000});
        }
    }

   private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path m_path;
};

QTEST_APPLESS_MAIN(tst_RunResult)
#include "tst_RunResult.moc"
