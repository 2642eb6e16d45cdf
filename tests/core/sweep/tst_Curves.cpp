// Results grouped for plots.
#include "core/io/AtomicFile.h"
#include "core/sweep/Curves.h"
#include "core/sweep/SweepFolder.h"
#include "tests/core/sweep/SweepsUnderTest.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::sweep;

namespace {

double product(const SweepRun& run) {
    return static_cast<double>(run.recipe.data.batch_size) * static_cast<double>(run.recipe.seed);
}

}  // namespace

class tst_Curves : public QObject {
    Q_OBJECT

   private slots:
    void poolsSeedsAlongX() {
        const auto sweep = parse_sweep(testing::norm_and_batch, "s");
        auto results = testing::results_with(sweep, "q", product);
        results.runs[5].status = RunStatus::diverged;  // batch, 32 images, seed 3
        const PlotRequest plot{.title = {},
                               .quantity = {.name = "q", .largest = {}},
                               .x = "data.batch_size",
                               .series = {"model.norm.type"}};
        const auto curves = curves_of(sweep, results, plot);
        QCOMPARE(curves.size(), std::size_t{2});
        QCOMPARE(curves[0].name, "batch");
        QCOMPARE(curves[0].points[0].spread.mean, 4.0);  // 2 · (1 + 2 + 3)/3
        QCOMPARE(curves[0].points[0].spread.deviation, 2.0);
        QCOMPARE(curves[0].points[1].spread.mean, 48.0);  // 32 · (1 + 2)/2
        QCOMPARE(curves[0].points[1].diverged, std::size_t{1});
        QCOMPARE(curves[0].points[1].finished, std::size_t{3});
        QCOMPARE(curves[1].points[1].spread.count, std::size_t{3});
        QCOMPARE(*curves[1].points[1].at, 32.0);
    }

    void sortsNumbersAndKeepsWordsInOrder() {
        const auto sweep =
            parse_sweep(R"({"grid": {"optimizer.lr": [1, 0.1, 0.5], "model.norm.type": ["none", "batch"]}})", "s");
        const auto results = testing::results_with(sweep, "q", product);
        PlotRequest plot{.title = {}, .quantity = {.name = "q", .largest = {}}, .x = "optimizer.lr"};
        QCOMPARE(curves_of(sweep, results, plot)[0].points[0].x, "0.1");
        plot.x = "model.norm.type";
        const auto words = curves_of(sweep, results, plot);
        QVERIFY(words[0].points[0].x == "none" && !words[0].points[0].at);
    }

    void heatMapsHaveEveryCell() {
        const auto sweep = parse_sweep(R"({"runs": [{"data.batch_size": 2, "optimizer.lr": 0.1}, {"data.batch_size": 4,
            "optimizer.lr": 0.1}, {"data.batch_size": 4, "optimizer.lr": 0.2}]})",
                                       "s");
        const auto results = testing::results_with(sweep, "q", product);
        const PlotRequest plot{
            .title = {}, .quantity = {.name = "q", .largest = {}}, .x = "data.batch_size", .y = "optimizer.lr"};
        const HeatMap map = heat_map_of(sweep, results, plot);
        QCOMPARE(map.x, (std::vector<std::string>{"2", "4"}));
        QCOMPARE(map.y, (std::vector<std::string>{"0.1", "0.2"}));
        QCOMPARE(map.rows[0][0].spread.mean, 2.0);
        QCOMPARE(map.rows[1][1].spread.mean, 4.0);
        QVERIFY(map.rows[1][0].runs.empty() && std::isnan(map.rows[1][0].spread.mean));
    }

    void averagesHistories() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        const auto sweep = parse_sweep(R"({"grid": {"seed": [1, 2]}})", "s");
        for (const auto& run : sweep.runs) {
            prepare_run(path, run);
            const std::string value = run.recipe.seed == 1 ? "1" : "3";
            io::write_file(run_folder(path, run) / "history.csv", "step,loss\n1," + value + "\n2,5\n");
            io::write_file(run_folder(path, run) / "measured.csv", "step,exact\n2,0." + value + "\n");
        }
        const auto results = testing::results_with(sweep, "q", product);
        PlotRequest plot{.title = {}, .quantity = {.name = "loss", .largest = {}}, .history = true};
        const auto curves = histories_of(sweep, results, plot, path);
        QCOMPARE(curves[0].points[0].spread.mean, 2.0);
        QCOMPARE(curves[0].points[1].spread.deviation, 0.0);
        plot.quantity.name = "exact";
        QCOMPARE(histories_of(sweep, results, plot, path)[0].points[0].spread.mean, 0.2);
    }

    void choosesPlotsByItself() {
        const auto sweep = parse_sweep(testing::norm_and_batch, "s");
        const auto plots = default_plots(sweep, testing::results_with(sweep, "eval_accuracy", product));
        QCOMPARE(plots.size(), std::size_t{1});
        QCOMPARE(plots[0].x, "data.batch_size");
        QCOMPARE(plots[0].series, (std::vector<std::string>{"model.norm.type"}));
        // Settings that are changed together are one axis.
        const auto linked = parse_sweep(R"({"runs": [{"data.batch_size": 2, "optimizer.lr": 0.1}, {"data.batch_size": 4,
            "optimizer.lr": 0.2}], "grid": {"model.norm.type": ["batch", "group"]}})",
                                        "s");
        const auto one = default_plots(linked, testing::results_with(linked, "eval_accuracy", product));
        QVERIFY(one.size() == 1 && one[0].x == "data.batch_size");
        QCOMPARE(one[0].series, (std::vector<std::string>{"model.norm.type"}));
        QVERIFY(default_plots(parse_sweep(R"({"grid": {"seed": [1, 2]}})", "s"), {}).empty());
    }
};

QTEST_APPLESS_MAIN(tst_Curves)
#include "tst_Curves.moc"
