#include "core/instruments/ModeDifference.h"
#include "core/instruments/NormTap.h"
#include "core/nn/CrossEntropy.h"
#include "core/train/Trainer.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

ModeDifference difference_of(nn::Network<float> network, const BatchSequence& batches, int threads = 1) {
    ThreadPool pool(threads);
    return mode_difference(network, batches, pool);
}

/// Everything one mode gives, batch after batch.
struct Answers {
    std::vector<std::vector<std::vector<double>>> outputs;  ///< by norm layer (the logits last) and channel
    std::vector<float> logits;
    double loss = 0;  ///< sum
    std::int64_t correct = 0;
};

Answers answers_of(nn::Network<float> network, const BatchSequence& batches, nn::Mode mode) {
    Answers answers;
    ThreadPool pool(1);
    ImageBatch batch;
    answers.outputs.resize(network.norm_layers().size() + 1);
    for (std::int64_t i = 0; i < batches.size(); ++i) {
        batches.load(i, pool, batch);
        const auto& logits =
            run_tapped(network, batch.images, mode, pool, i, [&](std::size_t layer, const Tensor<float>& y) {
                answers.outputs[layer].resize(y.shape().c);
                for (std::int64_t c = 0; c < y.shape().c; ++c) {
                    std::ranges::copy(channel_of(y, c), std::back_inserter(answers.outputs[layer][c]));
                }
            });
        std::ranges::copy(logits.values(), std::back_inserter(answers.logits));
        const auto found = nn::cross_entropy<float>(logits, batch.labels, nullptr);
        answers.loss += found.loss * static_cast<double>(batch.labels.size());
        answers.correct += found.correct;
    }
    return answers;
}

std::vector<double> joined(const std::vector<std::vector<double>>& parts) {
    std::vector<double> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace

class tst_ModeDifference : public QObject {
    Q_OBJECT

    const SyntheticDataset m_data{50};

   private slots:
    void equalsTheDefinition_data() {
        QTest::addColumn<int>("batch_size");
        for (const int batch_size : {8, 17, 50}) QTest::addRow("batches of %d", batch_size) << batch_size;
    }
    void equalsTheDefinition() {
        QFETCH(int, batch_size);
        const auto network = residual_network<float>();
        const auto batches = first_images(m_data, 50, batch_size);
        const auto found = difference_of(network, batches);
        const auto train = answers_of(network, batches, nn::Mode::train);
        const auto eval = answers_of(network, batches, nn::Mode::eval);
        QCOMPARE(found.images, 50);
        QCOMPARE(found.layers.size(), 4U);
        QCOMPARE(found.layers[1].name, "block.bn1");
        QCOMPARE(found.layers[1].layer.value, 4);
        for (std::size_t layer = 0; layer < 4; ++layer) {
            QVERIFY(found.layers[layer].overall > 0.01);
            QVERIFY(is_close(found.layers[layer].overall,
                             apart(joined(eval.outputs[layer]), joined(train.outputs[layer])), 1e-12));
            for (std::size_t c = 0; c < found.layers[layer].channels.size(); ++c) {
                QVERIFY(is_close(found.layers[layer].channels[c],
                                 apart(eval.outputs[layer][c], train.outputs[layer][c]), 1e-12));
            }
        }
        QVERIFY(is_close(found.logits, apart(eval.logits, train.logits), 1e-12));
        for (std::size_t c = 0; c < 4; ++c) {
            QVERIFY(is_close(found.logits_by_class[c], apart(eval.outputs[4][c], train.outputs[4][c]), 1e-12));
        }
        QVERIFY(is_close(found.train.loss, train.loss / 50, 1e-12));
        QVERIFY(is_close(found.eval.loss, eval.loss / 50, 1e-12));
        QCOMPARE(found.train.accuracy, static_cast<double>(train.correct) / 50);
        QCOMPARE(found.eval.accuracy, static_cast<double>(eval.correct) / 50);
    }

    void findsTheFlips() {
        const auto network = residual_network<float>(3);
        std::vector<std::int64_t> images;
        for (std::int64_t i = 0; i < 25; ++i) images.push_back(49 - 2 * i);
        const BatchSequence batches(m_data, synthetic_recipe().data, images, 8);
        const auto train = answers_of(network, batches, nn::Mode::train);
        const auto eval = answers_of(network, batches, nn::Mode::eval);
        std::vector<Flip> expected;
        for (std::size_t i = 0; i < images.size(); ++i) {
            const auto prediction = [i](const Answers& answers) {
                const auto begin = answers.logits.begin() + static_cast<std::ptrdiff_t>(4 * i);
                return std::max_element(begin, begin + 4) - begin;
            };
            if (prediction(train) == prediction(eval)) continue;
            expected.push_back({images[i], m_data.label(images[i]), prediction(train), prediction(eval)});
        }
        QVERIFY(!expected.empty() && expected.size() < images.size());
        QVERIFY(difference_of(network, batches).flips == expected);
    }

    void findsNothingWhereModesAreTheSame_data() {
        QTest::addColumn<bool>("frozen");
        QTest::newRow("frozen") << true;
        QTest::newRow("without buffers") << false;
    }
    void findsNothingWhereModesAreTheSame() {
        QFETCH(bool, frozen);
        const auto network = residual_network<float>(1, 8, {.track_running_stats = frozen, .frozen = frozen});
        const auto found = difference_of(network, first_images(m_data, 50, 8));
        for (const auto& layer : found.layers) QCOMPARE(layer.overall, 0.0);
        QCOMPARE(found.logits, 0.0);
        QVERIFY(found.flips.empty());
        QCOMPARE(found.train.loss, found.eval.loss);
    }

    void saysThatABrokenNetworkPredictsNothing() {
        auto network = residual_network<float>();
        network.norm_layers()[0].second->running_mean()[0] = std::numeric_limits<float>::quiet_NaN();
        const auto found = difference_of(network, first_images(m_data, 50, 8));
        QCOMPARE(found.flips.size(), 50U);
        for (const auto& flip : found.flips) QVERIFY(flip.eval_prediction == -1 && flip.train_prediction >= 0);
        QVERIFY(std::isnan(found.logits) && std::isnan(found.layers[0].channels[0]));
        QVERIFY(std::isfinite(found.layers[0].channels[1]));
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        const auto a = difference_of(network, first_images(m_data, 50, 8), 1);
        const auto b = difference_of(network, first_images(m_data, 50, 8), 3);
        for (std::size_t i = 0; i < 4; ++i) QCOMPARE(a.layers[i].channels, b.layers[i].channels);
        QCOMPARE(a.logits, b.logits);
        QCOMPARE(a.train.loss, b.train.loss);
    }

    void leavesParametersAndBuffersAlone() {
        auto network = residual_network<float>();
        const auto before = everything_of(network);
        ThreadPool pool(1);
        mode_difference(network, first_images(m_data, 50, 8), pool);
        QCOMPARE(everything_of(network), before);
    }

    void canBeCancelled() {
        ThreadPool pool(1);
        std::stop_source stop;
        stop.request_stop();
        auto network = residual_network<float>();
        QVERIFY_THROWS_EXCEPTION(
            Cancelled, mode_difference(network, first_images(m_data, 50, 8), pool, {.stop = stop.get_token()}));
    }

    void isWhatTheTrainerRecords() {
        Experiment experiment(synthetic_recipe(), synthetic_split());
        Trainer trainer(1);
        for (int i = 0; i < 5; ++i) trainer.step(experiment);
        const auto recorded = trainer.evaluate(experiment, 20);
        const auto found = difference_of(experiment.network(), held_out_images(experiment, 20));
        QCOMPARE(recorded.mode_difference,
                 (std::vector{found.layers[0].overall, found.layers[1].overall, found.logits}));
        QCOMPARE(recorded.loss, found.eval.loss);
        QCOMPARE(recorded.accuracy_train_mode, found.train.accuracy);
    }
};

QTEST_APPLESS_MAIN(tst_ModeDifference)
#include "tst_ModeDifference.moc"
