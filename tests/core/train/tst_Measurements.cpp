// What a recipe asks to be measured, against the instruments themselves.
#include "core/instruments/LossLandscape.h"
#include "core/instruments/PopulationStatistics.h"
#include "core/instruments/Recalibration.h"
#include "core/train/Measurements.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <map>

using namespace normscope;
using normscope::testing::error_text;

namespace {

Experiment trained(const RecordRecipe& record, const std::string& norm = "batch", int steps = 12) {
    Recipe recipe = testing::synthetic_recipe();
    recipe.record = record;
    recipe.model.norm.type = norm;
    Experiment experiment(recipe, testing::synthetic_split());
    Trainer trainer(2);
    for (int i = 0; i < steps; ++i) trainer.step(experiment);
    return experiment;
}

constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();

}  // namespace

class tst_Measurements : public QObject {
    Q_OBJECT

   private slots:
    void isDueWhenAskedFor() {
        const Experiment none = trained({.measure_every = 6});
        QVERIFY(!measurement_due(none, true));
        const Experiment every = trained({.measure_every = 6, .exact_batches = 2});
        QVERIFY(measurement_due(every, false));
        const Experiment other = trained({.measure_every = 5, .exact_batches = 2});
        QVERIFY(!measurement_due(other, false) && measurement_due(other, true));
        QVERIFY(!measurement_due(trained({.landscape = {1}}), false));
        QVERIFY(measurement_due(trained({.landscape = {1}}), true));
    }

    void exactStatisticsAreThoseOfTheInstrument() {
        Experiment experiment = trained({.exact_batches = 3});
        Trainer trainer(1);
        const auto before = instruments::norm_buffers(experiment.network());
        const Measurement found = measure(experiment, trainer);
        QVERIFY(instruments::norm_buffers(experiment.network()) == before);
        const Evaluation running = trainer.evaluate(experiment, all);
        QCOMPARE(found.step, 12);
        QCOMPARE(found.eval_accuracy, running.accuracy);
        QCOMPARE(found.eval_accuracy_train_mode, running.accuracy_train_mode);
        const auto training = instruments::training_images(experiment, 3);
        recalibrate(experiment.network(),
                    instruments::population_statistics(experiment.network(), training, trainer.pool()));
        QCOMPARE(found.eval_accuracy_exact, trainer.evaluate(experiment, all).accuracy);
        QVERIFY(std::isnan(found.loss_low));
    }

    void withoutNormLayersNothingDiffers() {
        Trainer trainer(1);
        const Measurement found = measure(trained({.exact_batches = 3}, "none"), trainer);
        QCOMPARE(found.eval_accuracy_exact, found.eval_accuracy);
    }

    void theLandscapeIsInLearningRates() {
        const Experiment experiment = trained({.landscape = {0.5, 4}});
        Trainer trainer(1);
        const Measurement found = measure(experiment, trainer);
        ImageBatch batch;
        instruments::training_images(experiment, 1).load(0, trainer.pool(), batch);
        const double lr = experiment.learning_rate();
        const auto landscape = instruments::loss_landscape<float>(
            experiment.network(), batch.images, batch.labels, std::vector<double>{0.5 * lr, 4 * lr}, trainer.pool());
        QCOMPARE(found.loss_low, std::min(landscape.points[0].loss, landscape.points[1].loss));
        QCOMPARE(found.loss_high, std::max(landscape.points[0].loss, landscape.points[1].loss));
        QCOMPARE(found.smoothness, landscape.smoothness);
        QVERIFY(std::isnan(found.eval_accuracy));
    }

    void threadsChangeNoBit() {
        const Experiment experiment = trained({.exact_batches = 3, .landscape = {1, 2}});
        std::string first;
        for (const int threads : {1, 2, 4}) {
            Trainer trainer(threads);
            Measurements measured;
            measured.add(measure(experiment, trainer));
            if (first.empty()) first = measured.text();
            QCOMPARE(measured.text(), first);
        }
    }

    void comesToNumbers() {
        Measurements measured;
        measured.add({.step = 5, .eval_accuracy = 0.1, .eval_accuracy_exact = 0.5});
        measured.add({.step = 10,
                      .eval_accuracy = 0.4,
                      .eval_accuracy_exact = 0.6,
                      .loss_low = 1,
                      .loss_high = 3,
                      .gradient_change = 2,
                      .smoothness = 8});
        std::map<std::string, double> summary;
        for (const auto& [name, value] : measured.summary()) summary[name] = value;
        QCOMPARE(summary.at("eval_accuracy_exact"), 0.6);
        QCOMPARE(summary.at("exact_gain_first"), 0.4);
        QVERIFY(std::abs(summary.at("exact_gain_mean") - 0.3) < 1e-15);
        QVERIFY(std::abs(summary.at("eval_wobble") - 0.3) < 1e-15 && std::abs(summary.at("wobble_gain") - 0.2) < 1e-15);
        QCOMPARE(summary.at("loss_range"), 2.0);
        QCOMPARE(summary.at("smoothness"), 8.0);
        QVERIFY(Measurements().summary().empty());
    }

    void notesTheFirstStepAtTheTarget() {
        Measurements measured;
        measured.note_accuracy(10, 0.99, std::nullopt);
        measured.note_accuracy(20, 0.79, 0.8);
        QVERIFY(!measured.steps_to_target());
        measured.note_accuracy(30, 0.8, 0.8);
        measured.note_accuracy(40, 0.9, 0.8);
        QCOMPARE(measured.steps_to_target(), std::optional<std::int64_t>(30));
    }

    void survivesAsText() {
        Measurements measured;
        QCOMPARE(Measurements::parse(measured.text(), "m").text(), measured.text());
        measured.add({.step = 5, .eval_accuracy = 0.1, .loss_high = std::numeric_limits<double>::infinity()});
        measured.add({.step = 7, .smoothness = 1.0 / 3});
        measured.note_accuracy(5, 1, 0.5);
        const Measurements read = Measurements::parse(measured.text(), "m");
        QCOMPARE(read.text(), measured.text());
        QCOMPARE(read.csv(), measured.csv());
        for (const char* damaged : {"", "x", "-;5,1", "5;5,nan,nan,nan,nan,nan,nan,nan,nan"}) {
            QVERIFY2(error_text([&] { Measurements::parse(damaged, "m"); }).starts_with("m"), damaged);
        }
    }

    void forgetsTheEndOfAShorterRun() {
        const auto steps_left = [](std::int64_t every) {
            Measurements measured;
            measured.add({.step = 10});
            measured.add({.step = 15});
            measured.forget_end(every);
            return measured.rows().size();
        };
        QCOMPARE(steps_left(0), std::size_t{1});
        QCOMPARE(steps_left(10), std::size_t{1});
        QCOMPARE(steps_left(5), std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(tst_Measurements)
#include "tst_Measurements.moc"
