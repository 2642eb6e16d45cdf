#include "core/train/Schedule.h"

#include "core/Error.h"
#include "core/train/Trainer.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/TorchFixture.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr std::int64_t steps_per_epoch = 10, planned_steps = 60;

double rate(const ScheduleRecipe& schedule, std::int64_t step, double lr = 0.3) {
    return scheduled_learning_rate(schedule, lr, {step, step / steps_per_epoch, steps_per_epoch, planned_steps});
}

bool is_close(double a, double b) {
    return std::abs(a - b) < 1e-14;
}

}  // namespace

class tst_Schedule : public QObject {
    Q_OBJECT

   private slots:
    void followsPyTorch_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("warmup_steps");
        QTest::newRow("step") << "step" << 0;
        QTest::newRow("cosine") << "cosine" << 0;
        QTest::newRow("warmup") << "warmup" << 8;
    }
    void followsPyTorch() {
        QFETCH(QString, name);
        QFETCH(int, warmup_steps);
        const ScheduleRecipe schedule{
            .name = name.toStdString(), .warmup_steps = warmup_steps, .step_epochs = 2, .gamma = 0.5, .min_lr = 0.01};
        const TorchFixture fixture("torch_training.safetensors");
        const auto& expected = fixture.at("schedule/" + schedule.name).values;
        QCOMPARE(expected.size(), static_cast<std::size_t>(planned_steps));
        for (std::int64_t step = 0; step < planned_steps; ++step)
            QVERIFY(is_close(rate(schedule, step), expected[step]));
    }

    void isConstantByDefault() {
        for (const std::int64_t step : {0, 1, 59, 1000}) QCOMPARE(rate({}, step), 0.3);
    }

    void endsAtTheLowestRate() {
        const ScheduleRecipe cosine{.name = "cosine", .min_lr = 0.02};
        QVERIFY(is_close(rate(cosine, 0), 0.3));
        QVERIFY(is_close(rate(cosine, 30), 0.16));
        QVERIFY(is_close(rate(cosine, 60), 0.02));
        QVERIFY(is_close(rate(cosine, 1000), 0.02));
        QVERIFY(is_close(rate(cosine, 30, 0), 0.01));
    }

    void warmsUpWithEverySchedule() {
        for (const char* name : {"constant", "step", "cosine", "warmup"}) {
            ScheduleRecipe schedule{.name = name, .step_epochs = 1, .gamma = 0.5};
            schedule.warmup_steps = planned_steps;  // so that nothing else stands in for it
            ScheduleRecipe without = schedule;
            without.warmup_steps = 1;
            for (std::int64_t step = 0; step < planned_steps; ++step) {
                const double factor = static_cast<double>(step + 1) / planned_steps;
                QVERIFY(is_close(rate(schedule, step), factor * rate(without, step)));
            }
        }
    }

    void warmsUpForAnEpoch() {
        const ScheduleRecipe schedule{.name = "warmup"};
        QVERIFY(is_close(rate(schedule, 0), 0.03));
        QVERIFY(is_close(rate(schedule, 8), 0.27));
        QCOMPARE(rate(schedule, 9), 0.3);
        QCOMPARE(rate(schedule, 10), 0.3);
    }

    void refusesAnUnknownName() {
        const auto text = error_text([] { rate({.name = "linear"}, 0); });
        QCOMPARE(text, "schedule.name: there is no schedule \"linear\".");
    }

    /// The rate of every step of a run, as the trainer used it.
    void isWhatARunUses_data() {
        QTest::addColumn<int>("batch_size");
        QTest::addColumn<int>("accumulation_steps");
        QTest::addColumn<bool>("drop_last");
        QTest::newRow("plain") << 8 << 1 << true;
        QTest::newRow("accumulated") << 8 << 3 << true;
        QTest::newRow("not full") << 7 << 1 << false;
        QTest::newRow("dropped") << 7 << 2 << true;
    }
    void isWhatARunUses() {
        QFETCH(int, batch_size);
        QFETCH(int, accumulation_steps);
        QFETCH(bool, drop_last);
        Recipe recipe = synthetic_recipe();
        recipe.data.batch_size = batch_size;
        recipe.data.drop_last = drop_last;
        recipe.optimizer.accumulation_steps = accumulation_steps;
        recipe.schedule = {.name = "cosine", .warmup_steps = 4, .min_lr = 0.001};
        Experiment experiment(recipe, synthetic_split());
        Trainer trainer(1);
        const std::int64_t an_epoch = experiment.steps_per_epoch();
        for (std::int64_t step = 0; step < 3 * an_epoch; ++step) {
            QVERIFY(!experiment.finished());
            const SchedulePosition position{step, step / an_epoch, an_epoch, 3 * an_epoch};
            const double expected = scheduled_learning_rate(recipe.schedule, recipe.optimizer.lr, position);
            QCOMPARE(experiment.learning_rate(), expected);
            QCOMPARE(trainer.step(experiment).learning_rate, expected);
        }
        QVERIFY(experiment.finished());
        QVERIFY(is_close(experiment.learning_rate(), 0.001));
        experiment.extend();
        QVERIFY(experiment.learning_rate() > 0.001);
    }

    void followsChangesAtOnce() {
        Experiment experiment(synthetic_recipe(), synthetic_split());
        experiment.set_hyperparameter("schedule.warmup_steps", 4);
        QCOMPARE(experiment.learning_rate(), 0.0125);
        experiment.set_hyperparameter("optimizer.lr", 0.5);
        QCOMPARE(experiment.learning_rate(), 0.125);
    }
};

QTEST_APPLESS_MAIN(tst_Schedule)
#include "tst_Schedule.moc"
