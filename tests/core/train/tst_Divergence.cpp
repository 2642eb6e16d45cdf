// The first value that is not finite is found where it arose.
#include "core/train/Divergence.h"
#include "tests/core/train/RunHistory.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::testing;
using Source = Divergence::Source;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// One image has a bad value in its second channel.
class DamagedDataset : public SyntheticDataset {
   public:
    DamagedDataset(std::int64_t bad_image, float value)
        : SyntheticDataset(80, 8, 2), m_bad(bad_image), m_value(value) {}
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        SyntheticDataset::read_image(index, pixels);
        if (index == m_bad) pixels[2 * 11 + 1] = m_value;
    }

   private:
    std::int64_t m_bad;
    float m_value;
};

struct Run {
    Experiment experiment{synthetic_recipe(), synthetic_split()};
    Trainer trainer{1};

    StepResult step() { return trainer.step(experiment); }
    nn::Module<float>& layer(const std::string& name) {
        return **std::ranges::find_if(experiment.network().leaves(), [&](auto* leaf) { return leaf->name() == name; });
    }
    std::string found() {
        const auto result = step();
        return result.divergence ? sentence(*result.divergence) : "";
    }
};

}  // namespace

class tst_Divergence : public QObject {
    Q_OBJECT

   private slots:
    void seesEveryBadValue() {
        std::vector<float> values(100, 1e38F);
        values[3] = -std::numeric_limits<float>::max();
        values[4] = std::numeric_limits<float>::denorm_min();
        QVERIFY(all_finite(values) && all_finite({}));
        for (const std::size_t at : {0U, 17U, 99U}) {
            for (const float bad : {infinity, -infinity, std::nanf("")}) {
                auto copy = values;
                copy[at] = bad;
                QVERIFY(!all_finite(copy));
            }
        }
    }

    void findsNothingInAGoodRun() {
        Run run;
        for (int i = 0; i < 30; ++i) QVERIFY(!run.step().divergence);
    }

    void findsABadImage_data() {
        QTest::addColumn<float>("value");
        QTest::newRow("NaN") << std::nanf("");
        QTest::newRow("infinite") << infinity;
    }
    void findsABadImage() {
        QFETCH(float, value);
        auto recipe = synthetic_recipe();
        recipe.data.shuffle = false;
        recipe.data.mean = {0.3, 0.3};
        recipe.data.std = {0.25, 0.25};
        Experiment experiment(recipe, {std::make_shared<DamagedDataset>(20, value), nullptr});
        Trainer trainer(2);
        QVERIFY(!trainer.step(experiment).divergence && !trainer.step(experiment).divergence);
        const auto found = trainer.step(experiment).divergence;
        QVERIFY(found);
        QVERIFY(found->source == Source::input && found->layer.empty());
        QCOMPARE(sentence(*found), "At step 3 the first value that is not finite was in the input images, channel 1.");
        QVERIFY(advice(*found).find("data") != std::string::npos);
    }

    void findsABadWeight() {
        Run run;
        run.step();
        // In PyTorch's order (out, in, height, width), 16 inputs: output channel 5.
        auto& weight = *run.layer("conv2").parameters()[0];
        const auto per_channel = weight.size() / weight.dims[0];
        auto values = nn::to_torch_order<float>(weight, weight.value);
        values[5 * per_channel + 7] = infinity;
        nn::from_torch_order<float>(weight, values, weight.value);
        QCOMPARE(
            run.found(),
            "At step 2 the first value that is not finite was in the weight of 'conv2' before the step, channel 5.");
    }

    void findsTheOutputThatOverflowed() {
        Run run;
        run.step();
        // γ beyond what the next convolution's sums can hold: all of its channels overflow, the first is named.
        std::ranges::fill(run.layer("bn1").parameters()[0]->value, 3e38F);
        const auto result = run.step();
        QVERIFY(result.divergence);
        QVERIFY(result.divergence->source == Source::output);
        const auto& leaves = run.experiment.network().leaves();
        QCOMPARE(leaves[result.divergence->layer_index->value]->name(), result.divergence->layer);
        QVERIFY2(result.divergence->layer == "bn1" || result.divergence->layer == "conv2",
                 result.divergence->layer.c_str());
    }

    void findsBatchStatisticsBeyondFloat() {
        Run run;
        run.step();
        auto& weight = *run.layer("conv1").parameters()[0];
        auto values = nn::to_torch_order<float>(weight, weight.value);
        const auto per_channel = weight.size() / weight.dims[0];
        for (std::int64_t i = 0; i < per_channel; ++i) values[6 * per_channel + i] *= 1e25F;  // variance about 1e49
        nn::from_torch_order<float>(weight, values, weight.value);
        QCOMPARE(run.found(),
                 "At step 2 the first value that is not finite arose in the batch statistics of 'bn1', channel 6.");
    }

    void findsAGradientThatOverflowed() {
        Run run;
        run.step();
        // Tiny inputs keep the logits finite; the gradient that large weights send back sums up in bn2.
        std::ranges::fill(run.layer("bn2").parameters()[0]->value, 1e-30F);
        const auto weights = run.layer("linear").parameters()[0]->value;
        std::ranges::fill(weights, -2e38F);
        std::ranges::fill(weights.first(weights.size() / 4), 2e38F);
        const auto result = run.step();
        QVERIFY(result.divergence && std::isfinite(result.loss));
        const std::string text = sentence(*result.divergence);
        QVERIFY2(result.divergence->source == Source::gradient, text.c_str());
        QVERIFY2(text.find("At step 2 the first value that is not finite arose in the gradient of the weight of 'bn2', "
                           "channel ") == 0,
                 text.c_str());
    }

    void findsTheUpdateThatOverflowed() {
        Run run;
        run.step();
        run.experiment.set_hyperparameter("optimizer.lr", 1e6);
        std::optional<Divergence> found;
        int steps = 0;
        while (!found && ++steps < 100) found = run.step().divergence;
        QVERIFY(found);
        QCOMPARE(found->step, run.experiment.step());
        QVERIFY(found->layer_index && found->channel);
        // Whatever it was, the step before was good.
        Run again;
        again.step();
        again.experiment.set_hyperparameter("optimizer.lr", 1e6);
        for (int i = 1; i < steps; ++i) QVERIFY(!again.step().divergence);
        for (const auto& tensor : again.experiment.network().state()) QVERIFY(all_finite(tensor.values));
    }

    void looksWithoutChangingTheRun() {
        Run run, other;
        run.step();
        other.step();
        const auto nan = std::nanf("");
        run.layer("linear").parameters()[1]->value[2] = nan;
        other.layer("linear").parameters()[1]->value[2] = nan;
        run.step();
        const nn::Pass pass{.pool = other.trainer.pool(),
                            .mode = nn::Mode::train,
                            .kernels = nn::kernels_named(other.experiment.recipe().kernels)};
        ImageBatch batch;
        load_batch(*other.experiment.data().train, other.experiment.sampler().next(8), other.experiment.recipe().data,
                   other.trainer.pool(), batch);
        other.experiment.network().forward(batch.images, pass);
        // Running statistics were updated once, not twice.
        for (std::size_t i = 0; i < 2; ++i) {
            const auto& a = *run.experiment.network().norm_layers()[i].second;
            const auto& b = *other.experiment.network().norm_layers()[i].second;
            QVERIFY(std::ranges::equal(a.running_var(), b.running_var()));
            QCOMPARE(a.num_batches_tracked(), 2);
        }
    }

    /// Running statistics that are bad from the start are shown, but train mode does not use them.
    void doesNotMindBadRunningStatistics() {
        Run run;
        run.experiment.network().norm_layers()[0].second->running_mean()[3] = std::nanf("");
        QVERIFY(!run.step().divergence);
    }
};

QTEST_APPLESS_MAIN(tst_Divergence)
#include "tst_Divergence.moc"
