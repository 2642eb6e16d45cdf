// What a recipe says about a step beyond plain SGD: against PyTorch, and by its own laws.
#include "core/nn/Conv2d.h"
#include "core/nn/Flatten.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"
#include "core/train/Trainer.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/FashionImages.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

using namespace normscope;
using namespace normscope::testing;

namespace {

std::vector<float> parameters_of(const Experiment& experiment) {
    const auto values = experiment.network().parameters().values();
    return {values.begin(), values.end()};
}

double distance(const Experiment& a, const Experiment& b) {
    return relative_distance<float, float>(parameters_of(a), parameters_of(b));
}

/// Passes its input on and notes which random numbers it might have drawn.
class DrawProbe : public nn::Module<float> {
   public:
    using Draws = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
    explicit DrawProbe(std::shared_ptr<Draws> draws) : m_draws(std::move(draws)) {}

    std::string kind() const override { return "DrawProbe"; }
    Shape output_shape(const Shape& input) const override { return input; }
    const Tensor<float>& forward(const Tensor<float>& x, const nn::Pass& pass) override {
        if (pass.mode == nn::Mode::train) m_draws->emplace_back(pass.random.seed, pass.random.draw);
        return x;
    }
    const Tensor<float>& backward(const Tensor<float>& gradient, const nn::Pass&, bool) override { return gradient; }
    std::unique_ptr<nn::Module<float>> clone() const override { return std::make_unique<DrawProbe>(m_draws); }

   private:
    std::shared_ptr<Draws> m_draws;
};

/// conv, pool to one pixel, `behind` it, flatten, linear: for images 8 to 15 pixels wide.
nn::Network<float> network_with(std::unique_ptr<nn::Module<float>> behind) {
    std::vector<nn::NamedModule<float>> layers;
    layers.push_back({"conv1", std::make_unique<nn::Conv2d<float>>(nn::Conv2d<float>::Options{.out_channels = 4})});
    layers.push_back({"pool1", std::make_unique<nn::MaxPool2d<float>>(8)});
    layers.push_back({"behind", std::move(behind)});
    layers.push_back({"flatten", std::make_unique<nn::Flatten<float>>()});
    layers.push_back({"linear", std::make_unique<nn::Linear<float>>(nn::Linear<float>::Options{
                                    .in_features = 4, .out_features = 4, .flattened = {1, 1, 1, 4}})});
    nn::Network<float> network("made up", std::move(layers), {0, 8, 8, 1});
    network.reset(1);
    return network;
}

Experiment experiment_with(const Recipe& recipe, std::unique_ptr<nn::Module<float>> behind, std::int64_t images = 80,
                           std::int64_t eval = 30) {
    Experiment experiment(recipe, synthetic_split(images, eval));
    experiment.network() = network_with(std::move(behind));
    return experiment;
}

std::unique_ptr<nn::Module<float>> norm_of_vectors() {
    return std::make_unique<nn::BatchNorm2d<float>>(nn::BatchNorm2d<float>::Options{.channels = 4});
}

}  // namespace

class tst_TrainingOptions : public QObject {
    Q_OBJECT

   private slots:
    /// Two batches a step, clipped, with smoothed labels, Nesterov, weight decay but for γ and β, and a cosine. PyTorch
    /// computed in double what we compute in float.
    void followsPyTorch() {
        const TorchFixture simple("torch_simple.safetensors"), fixture("torch_training.safetensors");
        Recipe recipe;
        recipe.data.shuffle = false;
        recipe.data.batch_size = 32;
        recipe.optimizer.lr = 0.004;
        recipe.optimizer.nesterov = true;
        recipe.optimizer.weight_decay = 0.01;
        recipe.optimizer.exempt_norm = true;
        recipe.optimizer.clip_grad_norm = 1.5;
        recipe.optimizer.accumulation_steps = 2;
        recipe.schedule.name = "cosine";
        recipe.loss.label_smoothing = 0.1;
        recipe.epochs = 1;
        Experiment experiment(recipe, {std::make_shared<FashionImages>(simple), nullptr});
        experiment.network().load_state(simple.state<float>("gentle/initial/"));
        Trainer trainer(2);
        const auto& losses = fixture.at("run/losses").values;
        double loss_error = 0, norm_error = 0;
        for (std::size_t step = 0; step < losses.size(); ++step) {
            const StepResult found = trainer.step(experiment);
            QCOMPARE(found.images, 64);
            loss_error = std::max(loss_error, std::abs(found.loss / losses[step] - 1));
            norm_error = std::max(norm_error, std::abs(found.gradient_norm / fixture.at("run/norms").values[step] - 1));
        }
        QVERIFY(experiment.finished());
        double state_error = 0;
        for (const auto& tensor : experiment.network().state()) {
            if (!fixture.contains("run/" + tensor.name)) continue;
            const auto& expected = fixture.at("run/" + tensor.name).values;
            if (tensor.is_count) QCOMPARE(static_cast<double>(tensor.count), expected[0]);
            if (tensor.is_count) continue;
            state_error = std::max(state_error, relative_distance<float, double>(tensor.values, expected));
        }
        qInfo("losses %.1e, gradient norms %.1e, state %.1e", loss_error, norm_error, state_error);
        QVERIFY(loss_error < 1e-4);
        QVERIFY(norm_error < 1e-3);
        QVERIFY(state_error < 1e-4);
    }

    /// Without batch statistics the mean gradient of two halves is that of the whole.
    void accumulatesToTheWholeBatch() {
        Recipe recipe = synthetic_recipe();
        recipe.model.norm.type = "none";
        recipe.data.shuffle = false;
        Experiment whole(recipe, synthetic_split());
        recipe.data.batch_size = 4;
        recipe.optimizer.accumulation_steps = 2;
        Experiment halves(recipe, synthetic_split());
        Trainer trainer(1);
        for (int step = 0; step < 10; ++step) {
            const auto a = trainer.step(whole), b = trainer.step(halves);
            QCOMPARE(a.images, b.images);
            QCOMPARE(a.accuracy, b.accuracy);
            QVERIFY(std::abs(a.loss / b.loss - 1) < 1e-5);
        }
        QVERIFY(distance(whole, halves) < 1e-5);
        QCOMPARE(halves.sampler().epoch(4), 1);
    }

    /// Five batches by two: the third step of an epoch has one.
    void takesWhatIsLeftOfAnEpoch() {
        Recipe recipe = synthetic_recipe();
        recipe.data.batch_size = 16;
        recipe.optimizer.accumulation_steps = 2;
        Experiment experiment(recipe, synthetic_split());
        QCOMPARE(experiment.steps_per_epoch(), 3);
        Trainer trainer(1);
        for (int epoch = 0; epoch < 3; ++epoch) {
            for (const int images : {32, 32, 16}) QCOMPARE(trainer.step(experiment).images, images);
        }
        QVERIFY(experiment.finished());
    }

    void clipsToTheLengthAsked() {
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.momentum = 0;
        recipe.optimizer.lr = 1;
        Experiment free(recipe, synthetic_split());
        recipe.optimizer.clip_grad_norm = 0.25;
        Experiment clipped(recipe, synthetic_split());
        const auto before = parameters_of(clipped);
        Trainer trainer(1);
        const auto a = trainer.step(free), b = trainer.step(clipped);
        QVERIFY(a.gradient_norm > 0.25);
        QCOMPARE(b.gradient_norm, a.gradient_norm);
        const auto after = parameters_of(clipped);
        double sum = 0;
        for (std::size_t i = 0; i < after.size(); ++i) {
            sum += (static_cast<double>(after[i]) - before[i]) * (static_cast<double>(after[i]) - before[i]);
        }
        QVERIFY(std::abs(std::sqrt(sum) / 0.25 - 1) < 1e-4);
    }

    void learnsWithEveryOptimizer_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"sgd", "adam", "adamw"}) QTest::newRow(name) << name;
    }
    void learnsWithEveryOptimizer() {
        QFETCH(QString, name);
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.name = name.toStdString();
        recipe.optimizer.lr = name == "sgd" ? 0.05 : 0.005;
        const auto losses = PlainRun({recipe, synthetic_split()}).run_to_the_end().history().losses();
        QVERIFY(losses.back() < losses.front() / 4);
    }

    void refusesAnUnknownOptimizer() {
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.name = "lion";
        Experiment experiment(recipe, synthetic_split());
        QCOMPARE(error_text([&] { Trainer(1).step(experiment); }), "optimizer.name: there is no optimizer \"lion\".");
    }

    void givesTheSameBitsWithAnyNumberOfThreads() {
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.name = "adamw";
        recipe.optimizer.clip_grad_norm = 0.5;
        recipe.optimizer.accumulation_steps = 3;
        recipe.loss.label_smoothing = 0.1;
        recipe.schedule.name = "cosine";
        const auto history = [&](int threads) {
            return PlainRun({recipe, synthetic_split()}, threads).take_steps(8).history();
        };
        const auto expected = history(1);
        QVERIFY(history(2) == expected);
        QVERIFY(history(4) == expected);
    }

    /// Numbers for chance in layers are a function of step and batch: a fork goes on as the original would.
    void numbersItsPasses() {
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.accumulation_steps = 2;
        recipe.seed = 7;
        const auto draws = std::make_shared<DrawProbe::Draws>();
        Experiment experiment = experiment_with(recipe, std::make_unique<DrawProbe>(draws));
        Trainer trainer(1);
        for (int step = 0; step < 3; ++step) trainer.step(experiment);
        Experiment fork = experiment;
        trainer.step(experiment);
        const auto expected = *draws;
        QCOMPARE(expected.size(), 8U);
        QCOMPARE(expected[0], std::pair(std::uint64_t{7}, std::uint64_t{0}));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(std::ranges::count(expected, expected[i]), 1);  // none is drawn twice
        }
        trainer.evaluate(fork, 20);
        QCOMPARE(draws->size(), 11U);
        for (std::size_t i = 8; i < 11; ++i) QCOMPARE(std::ranges::count(*draws, (*draws)[i]), 1);
        draws->clear();
        trainer.step(fork);
        QVERIFY(std::ranges::equal(*draws, std::span(expected).last(2)));
    }

    void appliesChangesAtTheNextStep_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::newRow("clipping") << "optimizer.clip_grad_norm" << 0.01;
        QTest::newRow("accumulation") << "optimizer.accumulation_steps" << 2.0;
        QTest::newRow("label smoothing") << "loss.label_smoothing" << 0.2;
        QTest::newRow("warm-up") << "schedule.warmup_steps" << 100.0;
    }
    void appliesChangesAtTheNextStep() {
        QFETCH(QString, key);
        QFETCH(double, value);
        Experiment experiment(synthetic_recipe(), synthetic_split());
        Experiment changed = experiment;
        changed.set_hyperparameter(key.toStdString(), value);
        Trainer trainer(1);
        trainer.step(experiment);
        trainer.step(changed);
        QVERIFY(distance(experiment, changed) > 0);
    }

    void refusesWhatDoesNotGoTogether() {
        Recipe recipe = synthetic_recipe();
        recipe.optimizer.nesterov = true;
        Experiment experiment(recipe, synthetic_split());
        QCOMPARE(error_text([&] { experiment.set_hyperparameter("optimizer.momentum", 0); }),
                 "optimizer.nesterov requires an optimizer.momentum above 0.");
        QCOMPARE(experiment.recipe().optimizer.momentum, 0.9);
    }

    /// 17 images by 8: the last batch has one, which has no statistics of its own.
    void offersToDropALastBatchOfOne() {
        Recipe recipe = synthetic_recipe();
        recipe.data.drop_last = false;
        Experiment experiment = experiment_with(recipe, norm_of_vectors(), 17);
        Trainer trainer(1);
        trainer.step(experiment);
        trainer.step(experiment);
        const auto before = parameters_of(experiment);
        const auto text = error_text([&] { trainer.step(experiment); });
        QVERIFY2(text.starts_with(
                     "Expected more than 1 value per channel when training, got input size torch.Size([1, 4, 1, 1]"),
                 text.c_str());
        QVERIFY2(
            text.ends_with(". The last batch of the epoch holds 1 image: set data.drop_last to true to leave it out, "
                           "or choose another data.batch_size."),
            text.c_str());
        QCOMPARE(parameters_of(experiment), before);
    }

    void offersALargerBatch() {
        Recipe recipe = synthetic_recipe();
        recipe.data.batch_size = 1;
        Experiment experiment = experiment_with(recipe, norm_of_vectors());
        const auto text = error_text([&] { Trainer(1).step(experiment); });
        QVERIFY2(text.ends_with(" Choose a data.batch_size above 1."), text.c_str());
    }

    void trainsOnOneImage() {
        Recipe recipe = synthetic_recipe();
        Experiment experiment(recipe, synthetic_split(1, 1));
        QCOMPARE(
            error_text([&] { Trainer(1).step(experiment); }),
            "data.batch_size is 8 but the data set holds 1 image, so there is no full batch: choose a smaller batch "
            "or set data.drop_last to false.");
        recipe.data.drop_last = false;
        Experiment single(recipe, synthetic_split(1, 1));
        Trainer trainer(1);
        for (int step = 0; step < 3; ++step) QCOMPARE(trainer.step(single).images, 1);
        QVERIFY(single.finished());
        QCOMPARE(trainer.evaluate(single, 10).images, 1);
    }

    void evaluatesAnImageLeftOver() {
        Experiment experiment = experiment_with(synthetic_recipe(), norm_of_vectors());
        Trainer trainer(1);
        trainer.step(experiment);
        const auto found = trainer.evaluate(experiment, 17);
        QCOMPARE(found.images, 17);
        QVERIFY(found.accuracy_train_mode >= 0 && found.accuracy_train_mode <= 1);
        QCOMPARE(trainer.evaluate(experiment, 16).accuracy_train_mode, found.accuracy_train_mode);
        const auto one = trainer.evaluate(experiment, 1);
        QVERIFY(std::isnan(one.accuracy_train_mode) && std::isfinite(one.loss));
    }
};

QTEST_APPLESS_MAIN(tst_TrainingOptions)
#include "tst_TrainingOptions.moc"
