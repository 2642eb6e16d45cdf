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

/// Of 16×4 pixels and two classes.
class WideDataset : public Dataset {
   public:
    std::int64_t size() const override { return 8; }
    std::int64_t height() const override { return 4; }
    std::int64_t width() const override { return 16; }
    std::int64_t channels() const override { return 1; }
    void read_image(std::int64_t, std::span<float> pixels) const override { std::ranges::fill(pixels, 0.5F); }
    std::int64_t label(std::int64_t index) const override { return index % 2; }
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }

   private:
    std::vector<std::string> m_class_names{"a", "b"};
    std::string m_name = "Wide";
};

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
        const auto text = error_text([&] {
            Experiment(recipe, {split.train, std::make_shared<SyntheticDataset>(8, 12)});
        });
        QCOMPARE(
            QString::fromStdString(text),
            "the evaluation images have another size than the training images, 12×12 instead of 8×8 pixels, and the "
            "network 'simple' cannot take them: layer 'linear': Linear expects 128 features, got input size [1, 288].");
        QCOMPARE(error_text([&] {
                     Experiment(recipe, {split.train, std::make_shared<SyntheticDataset>(8, 8, 3)});
                 }),
                 "the evaluation images have 3 channels and the training images 1.");
        QVERIFY(!error_text([&] {
                     Experiment(recipe, {std::make_shared<SyntheticDataset>(8, 4), split.eval});
                 }).empty());
        QVERIFY(!error_text([&] { Experiment(recipe, {std::make_shared<SyntheticDataset>(8, 3), nullptr}); }).empty());
    }

    void takesEvaluationImagesOfAnotherSize_data() {
        QTest::addColumn<QString>("network");
        QTest::addColumn<int>("side");
        for (const int side : {7, 9, 20}) QTest::addRow("variable-input, %d", side) << "variable-input" << side;
        for (const int side : {5, 13}) QTest::addRow("resnet, %d", side) << "resnet" << side;
        QTest::newRow("pooled to the same maps") << "simple" << 9;
    }
    void takesEvaluationImagesOfAnotherSize() {
        QFETCH(QString, network);
        QFETCH(int, side);
        auto recipe = synthetic_recipe();
        recipe.model.name = network.toStdString();
        Experiment experiment(recipe, {synthetic_split().train, std::make_shared<SyntheticDataset>(30, side)});
        Trainer trainer(2);
        trainer.step(experiment);
        const auto found = trainer.evaluate(experiment, 30);
        QCOMPARE(found.images, 30);
        QVERIFY(std::isfinite(found.loss));
        trainer.step(experiment);
        QCOMPARE(experiment.step().value, 2);
    }

    /// Both flatten to 64 values, but not to the same ones.
    void refusesMapsTurnedAround() {
        auto recipe = synthetic_recipe();
        recipe.model.name = "mlp";
        const auto text = error_text([&] {
            Experiment(recipe, {std::make_shared<SyntheticDataset>(8), std::make_shared<WideDataset>()});
        });
        QVERIFY2(
            text.ends_with("16×4 instead of 8×8 pixels, and the network 'mlp' cannot take them: its linear layer is "
                           "made for maps of another shape."),
            text.c_str());
    }

    void refusesClassesThatWereNotTrained() {
        const auto train = std::make_shared<WideDataset>();
        QCOMPARE(error_text([&] {
                     Experiment(synthetic_recipe(), {train, std::make_shared<SyntheticDataset>(8)});
                 }),
                 "the evaluation images have 4 classes and the training images 2.");
    }

    void refusesSettingsThatDoNotGoTogether() {
        auto recipe = synthetic_recipe();
        recipe.optimizer.nesterov = true;
        recipe.optimizer.momentum = 0;
        QCOMPARE(error_text([&] { Experiment(recipe, synthetic_split()); }),
                 "optimizer.nesterov requires an optimizer.momentum above 0.");
    }

    void changesTheOtherNormLayersToo() {
        auto recipe = synthetic_recipe();
        recipe.model.norm.type = "group";
        Experiment experiment(recipe, synthetic_split());
        experiment.set_hyperparameter("model.norm.eps", 0.5);
        for (const auto& [position, layer] : experiment.network().image_norm_layers()) QCOMPARE(layer->eps(), 0.5);
        QCOMPARE(experiment.network().image_norm_layers().size(), 2U);
        auto ghosts = small_experiment();
        ghosts.set_hyperparameter("model.norm.ghost_batches", 4);
        for (const auto& [position, layer] : ghosts.network().norm_layers()) {
            QCOMPARE(layer->options().ghost_batches, 4);
        }
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
