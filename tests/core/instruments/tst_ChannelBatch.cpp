// The numbers that the next step computes with.
#include "core/instruments/ChannelBatch.h"
#include "core/train/Trainer.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

Experiment trained(const Recipe& recipe = synthetic_recipe()) {
    Trainer trainer(1);
    Experiment experiment(recipe, synthetic_split());
    for (int i = 0; i < 6; ++i) trainer.step(experiment);
    return experiment;
}

LayerIndex norm_layer(const Experiment& experiment, std::size_t norm) {
    return {experiment.network().norm_layers().at(norm).first};
}

double relative(double a, double b) {
    return std::abs(a - b) / std::max(1e-3, std::abs(b));
}

}  // namespace

class tst_ChannelBatch : public QObject {
    Q_OBJECT

   private slots:
    /// Arithmetic on these numbers gives the buffers and the gradients that the step leaves.
    void isWhatTheNextStepComputes_data() {
        QTest::addColumn<QString>("kernels");
        QTest::newRow("reference") << "reference";
        QTest::newRow("direct") << "direct";
        QTest::newRow("winograd") << "winograd";
    }
    void isWhatTheNextStepComputes() {
        QFETCH(QString, kernels);
        Recipe recipe = synthetic_recipe();
        recipe.kernels = kernels.toStdString();
        const Experiment before = trained(recipe);
        Experiment after = before;
        Trainer trainer(1);
        trainer.step(after);
        for (std::size_t norm = 0; norm < 2; ++norm) {
            const auto& [position, layer] = after.network().norm_layers()[norm];
            for (std::int64_t c = 0; c < layer->channels(); c += 5) {
                Experiment copy = before;
                const auto batch = channel_batch(copy, {position}, {c}, nn::Mode::train, trainer.pool());
                QCOMPARE(static_cast<std::int64_t>(batch.x.size()), batch.shape.pixels());
                QCOMPARE(batch.images.size(), 8U);
                const auto forward = norm_forward(batch.channel, batch.x, nn::Mode::train);
                const auto backward = norm_backward(batch.channel, forward, batch.gradient);
                const auto i = static_cast<std::size_t>(c);
                QCOMPARE(static_cast<float>(forward.running_mean), layer->running_mean()[i]);
                QCOMPARE(static_cast<float>(forward.running_var), layer->running_var()[i]);
                QCOMPARE(forward.num_batches_tracked, layer->num_batches_tracked());
                QVERIFY(relative(backward.weight_gradient, layer->parameters()[0]->gradient[i]) < 1e-4);
                QVERIFY(relative(backward.bias_gradient, layer->parameters()[1]->gradient[i]) < 1e-4);
                for (std::size_t k = 0; k < batch.y.size(); ++k) QVERIFY(relative(forward.y[k], batch.y[k]) < 1e-4);
            }
        }
    }

    void evalModeNormalizesTheSameBatchWithTheBuffers() {
        const Experiment before = trained();
        ThreadPool pool(1);
        Experiment a = before, b = before;
        const auto train = channel_batch(a, norm_layer(a, 0), {3}, nn::Mode::train, pool);
        const auto eval = channel_batch(b, norm_layer(b, 0), {3}, nn::Mode::eval, pool);
        QVERIFY(train.images == eval.images);
        QVERIFY(train.x == eval.x);  // nothing stands before the first layer that knows a mode
        QVERIFY(train.y != eval.y);
        const auto forward = norm_forward(eval.channel, eval.x, nn::Mode::eval);
        for (std::size_t k = 0; k < eval.y.size(); ++k) QVERIFY(relative(forward.y[k], eval.y[k]) < 1e-4);
        QVERIFY(!eval.gradient.empty());
    }

    void refuses() {
        ThreadPool pool(1);
        Experiment experiment = trained();
        const auto refusal = [&](LayerIndex layer, ChannelIndex channel) {
            return error_text([&] { channel_batch(experiment, layer, channel, nn::Mode::train, pool); });
        };
        QCOMPARE(refusal({0}, {0}), "Layer 0 is no batch norm layer.");
        QVERIFY(refusal(norm_layer(experiment, 0), {99}).find("no channel 99") != std::string::npos);
        experiment.set_hyperparameter("model.norm.ghost_batches", 2);
        QVERIFY(refusal(norm_layer(experiment, 0), {0}).find("ghost batches") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(tst_ChannelBatch)
#include "tst_ChannelBatch.moc"
