#include "core/train/Recorder.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::telemetry;
using namespace normscope::testing;

namespace {

Experiment experiment_with(const NormRecipe& norm) {
    auto recipe = synthetic_recipe();
    recipe.model.norm = norm;
    return {recipe, synthetic_split()};
}

}  // namespace

class tst_Recorder : public QObject {
    Q_OBJECT

   private slots:
    void recordsARowOfTheSchema_data() {
        QTest::addColumn<bool>("affine");
        QTest::addColumn<bool>("tracks");
        QTest::addColumn<bool>("frozen");
        QTest::addColumn<int>("columns");
        QTest::newRow("usual") << true << true << false << 2 + 6 * 48;
        QTest::newRow("not affine") << false << true << false << 2 + 4 * 48;
        QTest::newRow("not tracking") << true << false << false << 2 + 4 * 48;
        QTest::newRow("neither") << false << false << false << 2 + 2 * 48;
        QTest::newRow("frozen") << true << true << true << 2 + 6 * 48;
    }
    void recordsARowOfTheSchema() {
        QFETCH(bool, affine);
        QFETCH(bool, tracks);
        QFETCH(bool, frozen);
        QFETCH(int, columns);
        PlainRun run(experiment_with({.affine = affine, .track_running_stats = tracks, .frozen = frozen}));
        const auto schema = make_schema(run.experiment().network());
        QCOMPARE(schema.dense_count(), static_cast<std::size_t>(columns));
        run.take_steps(2);
        QCOMPARE(run.history().columns().dense.size(), 2U * schema.dense_count());
    }

    void putsValuesIntoTheirColumns() {
        PlainRun run(experiment_with({}));
        const auto schema = make_schema(run.experiment().network());
        run.take_steps(3);
        const auto& columns = run.history().columns();
        const auto value = [&](Statistic statistic, std::int64_t layer, std::int64_t channel) {
            const auto series = schema.find(statistic, LayerIndex{layer}, ChannelIndex{channel});
            return columns.dense[2 * schema.dense_count() + static_cast<std::size_t>(series->value)];
        };
        for (const auto& [position, norm] : run.experiment().network().norm_layers()) {
            for (std::int64_t c = 0; c < norm->options().channels; ++c) {
                QVERIFY(value(Statistic::batch_mean, position, c) == static_cast<float>(norm->batch_mean()[c]));
                QVERIFY(value(Statistic::batch_var, position, c) == static_cast<float>(norm->batch_var()[c]));
                QVERIFY(value(Statistic::running_mean, position, c) == norm->running_mean()[c]);
                QVERIFY(value(Statistic::running_var, position, c) == norm->running_var()[c]);
                QVERIFY(value(Statistic::weight, position, c) == norm->weight()[c]);
                QVERIFY(value(Statistic::bias, position, c) == norm->bias()[c]);
            }
        }
        QCOMPARE(schema.info(SeriesIndex{0}).name, "loss");
        QCOMPARE(schema.info(*schema.find(Statistic::batch_var, LayerIndex{5}, ChannelIndex{31})).name,
                 "bn2.batch_var[31]");
    }

    void recordsEvaluations() {
        PlainRun run(experiment_with({}));
        const auto& sparse = run.history().columns().sparse;
        const auto schema = make_schema(run.experiment().network());
        QCOMPARE(sparse.size(), 5U);  // two accuracies, two layers, the logits
        QCOMPARE(sparse.size(), schema.size() - schema.dense_count());
        for (const auto& point : sparse) QCOMPARE(point.step.value, 0);
        run.take_steps(9);
        QCOMPARE(sparse.size(), 10U);
        QCOMPARE(sparse.back().step.value, 5);
        QCOMPARE(schema.info(sparse.back().series).name, "logits.mode_difference");
    }

    void describesTheRun() {
        const auto description = describe(experiment_with({}), 7);
        QCOMPARE(description.run_id, 7U);
        QCOMPARE(description.data_name, "Synthetic");
        QCOMPARE(description.model_name, "simple");
        QCOMPARE(description.train_images, 80);
        QCOMPARE(description.eval_images, 30);
        QCOMPARE(description.layers.size(), 10U);
        QCOMPARE(description.layers[5].name, "bn2");
        QVERIFY(description.layers[5].is_norm && !description.layers[4].is_norm);
        QCOMPARE(description.layers[5].channels, 32);
        QCOMPARE(description.hyperparameters.at("data.batch_size"), 8.0);
        QVERIFY(description.recipe_json.find("\"batch_size\": 8") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(tst_Recorder)
#include "tst_Recorder.moc"
