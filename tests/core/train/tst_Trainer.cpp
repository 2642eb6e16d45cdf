#include "core/train/Trainer.h"

#include "core/Error.h"
#include "tests/core/train/FailingDataset.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <numeric>

using namespace normscope;
using namespace normscope::testing;

namespace {

Experiment experiment_of(const Recipe& recipe, std::int64_t eval = 30) {
    return {recipe, synthetic_split(80, eval)};
}

RunHistory history_of(const Recipe& recipe, int threads = 1) {
    return PlainRun(experiment_of(recipe), threads).take_steps(25).history();
}

std::vector<float> everything_of(const Experiment& experiment) {
    std::vector<float> values;
    for (const auto& tensor : experiment.network().state()) {
        std::ranges::copy(tensor.values, std::back_inserter(values));
        values.push_back(static_cast<float>(tensor.count));
    }
    return values;
}

}  // namespace

class tst_Trainer : public QObject {
    Q_OBJECT

   private slots:
    void learns() {
        const auto losses = PlainRun(experiment_of(synthetic_recipe())).run_to_the_end().history().losses();
        QCOMPARE(losses.size(), 30U);
        const auto mean = [](auto begin, auto end) {
            return std::accumulate(begin, end, 0.0F) / static_cast<float>(end - begin);
        };
        QVERIFY(mean(losses.end() - 10, losses.end()) < mean(losses.begin(), losses.begin() + 10) / 2);
    }

    void countsWhatItFinds() {
        auto experiment = experiment_of(synthetic_recipe());
        Trainer trainer(1);
        const auto result = trainer.step(experiment);
        QCOMPARE(result.images, 8);
        QVERIFY(result.accuracy >= 0 && result.accuracy <= 1 && result.loss > 0);
        QCOMPARE(experiment.step().value, 1);
    }

    void givesTheSameBitsWithAnyNumberOfThreads_data() {
        QTest::addColumn<int>("batch_size");
        for (const int batch_size : {1, 8, 13, 40}) QTest::addRow("batches of %d", batch_size) << batch_size;
    }
    void givesTheSameBitsWithAnyNumberOfThreads() {
        QFETCH(int, batch_size);
        auto recipe = synthetic_recipe();
        recipe.data.batch_size = batch_size;
        recipe.data.drop_last = false;
        const auto expected = history_of(recipe, 1);
        QVERIFY(history_of(recipe, 2) == expected);
        QVERIFY(history_of(recipe, 4) == expected);
    }

    void isNotChangedByEvaluations() {
        auto recipe = synthetic_recipe();
        recipe.record.eval_every = 0;
        PlainRun without(experiment_of(recipe));
        recipe.record.eval_every = 1;
        PlainRun with(experiment_of(recipe), 2);
        without.take_steps(25);
        with.take_steps(25);
        QCOMPARE(with.history().columns().sparse.size(), 26U * 5U);
        QVERIFY(with.history().columns().dense == without.history().columns().dense);
        QCOMPARE(everything_of(with.experiment()), everything_of(without.experiment()));
    }

    void doesNotCareForTheMomentumOfNormLayers_data() {
        QTest::addColumn<double>("momentum");
        for (const double momentum : {0.0, 0.001, 1.0, -1.0}) QTest::addRow("%g", momentum) << momentum;
    }
    void doesNotCareForTheMomentumOfNormLayers() {
        QFETCH(double, momentum);
        auto recipe = synthetic_recipe();
        const auto expected = history_of(recipe);
        recipe.model.norm.momentum = momentum < 0 ? std::nullopt : std::optional(momentum);
        const auto found = history_of(recipe);
        QCOMPARE(found.losses(), expected.losses());
        QVERIFY(!(found == expected));  // the buffers differ
    }

    void evaluatesBothModes() {
        PlainRun run(experiment_of(synthetic_recipe()));
        run.run_to_the_end();
        Trainer trainer(1);
        const auto found = trainer.evaluate(run.experiment(), 20);
        QCOMPARE(found.images, 20);
        QVERIFY(found.accuracy > 0.7 && found.accuracy_train_mode > 0.7);
        QVERIFY(found.loss > 0 && std::isfinite(found.loss));
        QCOMPARE(found.mode_difference.size(), 3U);
        for (const double difference : found.mode_difference) QVERIFY(difference > 0 && difference < 2);
        QCOMPARE(trainer.evaluate(run.experiment(), 1000).images, 30);
    }

    void findsNoDifferenceBetweenModesWhenFrozen() {
        auto recipe = synthetic_recipe();
        recipe.model.norm.frozen = true;
        auto experiment = experiment_of(recipe);
        const auto found = Trainer(1).evaluate(experiment, 20);
        for (const double difference : found.mode_difference) QCOMPARE(difference, 0.0);
        QCOMPARE(found.accuracy, found.accuracy_train_mode);
    }

    void evaluatesNothingIfNothingIsHeldOut() {
        auto experiment = experiment_of(synthetic_recipe(), 0);
        const auto found = Trainer(1).evaluate(experiment, 20);
        QCOMPARE(found.images, 0);
        QCOMPARE(found.accuracy, 0.0);
        QCOMPARE(found.mode_difference, (std::vector<double>{0, 0, 0}));
    }

    /// Replaying the run would not know of a batch that was left out.
    /// With whatever comes between announcing a batch and taking it.
    void givesTheSameBitsWithBatchesMadeAhead_data() {
        QTest::addColumn<int>("accumulated");
        QTest::newRow("a batch a step") << 1;
        QTest::newRow("three batches a step") << 3;
    }
    void givesTheSameBitsWithBatchesMadeAhead() {
        QFETCH(int, accumulated);
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.accumulation_steps = accumulated;
        recipe.data.augment = {.flip = true, .shift = 1, .crop = 0.8, .brightness = 0.1, .contrast = 0.1};
        const auto run = [&](std::chrono::microseconds threshold) {
            Trainer trainer(1, threshold);
            Experiment experiment = experiment_of(recipe);
            for (int i = 0; i < 4; ++i) trainer.step(experiment);
            Experiment fork = experiment;
            experiment.set_hyperparameter("data.batch_size", 5);
            for (int i = 0; i < 20; ++i) trainer.step(experiment);  // into the second epoch
            for (int i = 0; i < 4; ++i) trainer.step(fork);         // back in time, by turns with the other
            trainer.step(experiment);
            trainer.step(fork);
            return std::pair{everything_of(experiment), everything_of(fork)};
        };
        const auto on_the_spot = run(std::chrono::hours(1));
        QVERIFY(run(std::chrono::microseconds(0)) == on_the_spot);
        QVERIFY(on_the_spot.first != on_the_spot.second);
    }

    void skipsNoBatchThatCouldNotBeRead() {
        const auto data = std::make_shared<FailingDataset>(80);
        Experiment experiment(synthetic_recipe(), {data, nullptr});
        Trainer trainer(2);
        PlainRun plain({synthetic_recipe(), {std::make_shared<SyntheticDataset>(80), nullptr}});
        plain.take_steps(12);
        for (int i = 0; i < 12; ++i) {
            data->gone = true;
            QVERIFY_THROWS_EXCEPTION(InputError, trainer.step(experiment));
            data->gone = false;
            trainer.step(experiment);
        }
        QCOMPARE(everything_of(experiment), everything_of(plain.experiment()));
    }

    void aLaterBatchOfAStepThatFailsLeavesTheFirstOneOut() {
        // The first batch has changed the running statistics by then.
        auto recipe = synthetic_recipe();
        recipe.optimizer.accumulation_steps = 2;
        const auto data = std::make_shared<FailingDataset>(80);
        Experiment experiment(recipe, {data, nullptr});
        Trainer trainer(1);
        PlainRun plain({recipe, {std::make_shared<SyntheticDataset>(80), nullptr}});
        plain.take_steps(6);
        for (int i = 0; i < 6; ++i) {
            const auto before = everything_of(experiment);
            data->after = static_cast<int>(recipe.data.batch_size) + 3;
            data->gone = true;
            QVERIFY_THROWS_EXCEPTION(InputError, trainer.step(experiment));
            QCOMPARE(everything_of(experiment), before);
            data->gone = false;
            trainer.step(experiment);
        }
        QCOMPARE(everything_of(experiment), everything_of(plain.experiment()));
    }

    void restoresDenormals() {
        auto experiment = experiment_of(synthetic_recipe());
        Trainer trainer(2);
        trainer.step(experiment);
        volatile float small = std::numeric_limits<float>::min();
        small = small / 2;
        QVERIFY(small != 0);
    }
};

QTEST_APPLESS_MAIN(tst_Trainer)
#include "tst_Trainer.moc"
