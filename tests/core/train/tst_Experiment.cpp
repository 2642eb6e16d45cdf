#include "core/train/Experiment.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

Experiment small_experiment() {
    return {synthetic_recipe(), synthetic_split()};
}

std::vector<float> parameters_of(const Experiment& experiment) {
    auto copy = experiment.network();
    const auto values = copy.parameters().values();
    return {values.begin(), values.end()};
}

}  // namespace

class tst_Experiment : public QObject {
    Q_OBJECT

   private slots:
    void beginsAtStepZero() {
        const auto experiment = small_experiment();
        QCOMPARE(experiment.step().value, 0);
        QCOMPARE(experiment.progress(), 0.0);
        QVERIFY(!experiment.finished());
        QVERIFY(parameters_of(experiment) == parameters_of(small_experiment()));
        auto recipe = synthetic_recipe();
        recipe.seed = 2;
        QVERIFY(parameters_of(experiment) != parameters_of({recipe, synthetic_split()}));
    }

    void forksIntoTheSameBits_data() {
        QTest::addColumn<int>("before");
        for (const int before : {0, 1, 7, 10}) QTest::addRow("after %d steps", before) << before;
    }
    void forksIntoTheSameBits() {
        QFETCH(int, before);
        PlainRun run(small_experiment());
        run.take_steps(before);
        PlainRun fork(run.experiment());
        PlainRun original(run.experiment());
        fork.take_steps(5);
        QVERIFY(original.take_steps(5).history() == fork.history());
        QVERIFY(parameters_of(original.experiment()) == parameters_of(fork.experiment()));
        QCOMPARE(run.experiment().step().value, before);
    }

    void forksCanBeAssigned() {
        PlainRun run(small_experiment());
        auto copy = small_experiment();
        run.take_steps(3);
        copy = run.experiment();
        PlainRun fork(copy);
        PlainRun original(run.experiment());
        QVERIFY(original.take_steps(5).history() == fork.take_steps(5).history());
    }

    void changesSettings() {
        auto experiment = small_experiment();
        experiment.set_hyperparameter("model.norm.momentum", 0.25);
        experiment.set_hyperparameter("model.norm.eps", 0.5);
        experiment.set_hyperparameter("data.batch_size", 16);
        experiment.set_hyperparameter("optimizer.lr", 0.125);
        for (const auto& [position, layer] : experiment.network().norm_layers()) {
            QCOMPARE(layer->options().momentum, std::optional(0.25));
            QCOMPARE(layer->options().eps, 0.5);
        }
        QCOMPARE(experiment.recipe().data.batch_size, 16);
        QCOMPARE(experiment.recipe().optimizer.lr, 0.125);
    }

    /// A change after three steps is the same as a run that goes on with another recipe.
    void changesTakeEffectAtTheNextStep_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::newRow("lr") << "optimizer.lr" << 0.5;
        QTest::newRow("SGD momentum") << "optimizer.momentum" << 0.1;
        QTest::newRow("weight decay") << "optimizer.weight_decay" << 0.1;
        QTest::newRow("eps") << "model.norm.eps" << 0.5;
        QTest::newRow("momentum") << "model.norm.momentum" << 0.9;
        QTest::newRow("batch size") << "data.batch_size" << 5.0;
    }
    void changesTakeEffectAtTheNextStep() {
        QFETCH(QString, key);
        QFETCH(double, value);
        PlainRun unchanged(small_experiment()), changed(small_experiment());
        unchanged.take_steps(3);
        changed.take_steps(3);
        QVERIFY(changed.history() == unchanged.history());
        changed.experiment().set_hyperparameter(key.toStdString(), value);
        QVERIFY(!(changed.take_steps(2).history() == unchanged.take_steps(2).history()));
    }

    void refusesChangesThatNeedARestart_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("seed") << "seed"
                              << "Seed cannot change during a run; restart the run to change it.";
        QTest::newRow("epochs") << "epochs"
                                << "Epochs cannot change during a run; restart the run to change it.";
    }
    void refusesChangesThatNeedARestart() {
        QFETCH(QString, key);
        QFETCH(QString, sentence);
        auto experiment = small_experiment();
        const auto text = error_text([&] { experiment.set_hyperparameter(key.toStdString(), 2); });
        QCOMPARE(QString::fromStdString(text), sentence);
        QCOMPARE(experiment.recipe().seed, 1U);
    }

    void refusesValuesOutOfRange() {
        auto experiment = small_experiment();
        QCOMPARE(error_text([&] { experiment.set_hyperparameter("model.norm.momentum", 2); }),
                 "momentum must be between 0 and 1, not 2.");
        QCOMPARE(experiment.recipe().model.norm.momentum, std::optional(0.1));
        QVERIFY(!error_text([&] { experiment.set_hyperparameter("model.norm", 2); }).empty());
    }

    void refusesDataThatDoNotFit() {
        const auto recipe = synthetic_recipe();
        const auto split = synthetic_split();
        QCOMPARE(error_text([&] { Experiment(recipe, {}); }), "the data set holds no image to train on.");
        QVERIFY(!error_text([&] { Experiment(recipe, {std::make_shared<SyntheticDataset>(0), nullptr}); }).empty());
        QCOMPARE(error_text([&] {
                     Experiment(recipe, {std::make_shared<SyntheticDataset>(8, 8, 3), nullptr});
                 }),
                 "data.normalize: the images have 3 channels, so mean and std need as many numbers each, not 1 and 1.");
        QCOMPARE(error_text([&] {
                     Experiment(recipe, {split.train, std::make_shared<SyntheticDataset>(8, 9)});
                 }),
                 "the evaluation images have another size than the training images.");
        QVERIFY(!error_text([&] { Experiment(recipe, {std::make_shared<SyntheticDataset>(8, 3), nullptr}); }).empty());
    }

    void finishesItsEpochsAndCanBeExtended() {
        PlainRun run(small_experiment());
        run.take_steps(15);
        QCOMPARE(run.experiment().progress(), 0.5);
        run.take_steps(15);
        QVERIFY(run.experiment().finished());
        QCOMPARE(run.experiment().progress(), 1.0);
        run.experiment().extend();
        QVERIFY(!run.experiment().finished());
        QCOMPARE(run.experiment().planned_epochs(), 6);
        QCOMPARE(run.experiment().progress(), 0.5);
    }
};

QTEST_APPLESS_MAIN(tst_Experiment)
#include "tst_Experiment.moc"
