#include "core/instruments/NormTap.h"
#include "core/instruments/Recalibration.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// Outputs of every norm layer, the logits last.
std::vector<std::vector<float>> outputs_of(nn::Network<float> network, const BatchSequence& batches, nn::Mode mode) {
    std::vector<std::vector<float>> outputs;
    ThreadPool pool(1);
    NormTap tap(network, [&](std::size_t, const Tensor<float>&, const Tensor<float>& y) {
        outputs.push_back(copy_of(y.values()));
    });
    ImageBatch batch;
    batches.load(0, pool, batch);
    outputs.push_back(copy_of(network.forward(batch.images, {pool, mode, false, {}, &tap}).values()));
    return outputs;
}

PopulationStatistics statistics_of(const nn::Network<float>& network, const BatchSequence& batches) {
    ThreadPool pool(1);
    return population_statistics(network, batches, pool);
}

}  // namespace

class tst_Recalibration : public QObject {
    Q_OBJECT

    const SyntheticDataset m_data{50};

   private slots:
    void makesEvalModeAnswerAsTrainModeOnAllData() {
        auto network = residual_network<float>();
        const auto all = first_images(m_data, 50, 50);
        const auto train = outputs_of(network, all, nn::Mode::train);
        const auto before = outputs_of(network, all, nn::Mode::eval);
        recalibrate(network, statistics_of(network, all));
        const auto after = outputs_of(network, all, nn::Mode::eval);
        for (std::size_t i = 0; i < train.size(); ++i) {
            QVERIFY(apart(before[i], train[i]) > 0.05);
            QVERIFY(apart(after[i], train[i]) < 1e-5);
        }
    }

    void closesTheGapOfTheFirstLayerWhateverTheBatches() {
        auto network = residual_network<float>();
        recalibrate(network, statistics_of(network, first_images(m_data, 50, 7)));
        const auto all = first_images(m_data, 50, 50);
        QVERIFY(apart(outputs_of(network, all, nn::Mode::eval)[0], outputs_of(network, all, nn::Mode::train)[0]) <
                1e-5);
    }

    void setsTheChosenVariance_data() {
        QTest::addColumn<bool>("unbiased");
        QTest::newRow("biased") << false;
        QTest::newRow("unbiased") << true;
    }
    void setsTheChosenVariance() {
        QFETCH(bool, unbiased);
        auto network = residual_network<float>();
        const auto statistics = statistics_of(network, first_images(m_data, 3, 3));
        recalibrate(network, statistics, unbiased ? VarianceEstimate::unbiased : VarianceEstimate::biased);
        const auto& layer = *network.norm_layers()[1].second;
        const double factor = unbiased ? 48.0 / 47.0 : 1.0;  // 3 images of 4 × 4
        for (std::size_t c = 0; c < 6; ++c) {
            QVERIFY(is_close(layer.running_var()[c], statistics.layers[1].var[c] * factor, 1e-7));
            QVERIFY(is_close(layer.running_mean()[c], statistics.layers[1].mean[c], 1e-7));
        }
        QCOMPARE(layer.num_batches_tracked(), 7);
    }

    void equalsPyTorchsBuffersOfOneBatchAtMomentumOne() {
        auto network = residual_network<float>(1, 8, {.momentum = 1.0});
        auto trained = network;
        ThreadPool pool(1);
        ImageBatch batch;
        const auto all = first_images(m_data, 10, 10);
        all.load(0, pool, batch);
        trained.forward(batch.images, {pool, nn::Mode::train});
        recalibrate(network, statistics_of(network, all), VarianceEstimate::unbiased);
        for (std::size_t norm = 0; norm < 4; ++norm) {
            const auto& expected = *trained.norm_layers()[norm].second;
            const auto& found = *network.norm_layers()[norm].second;
            QVERIFY(relative_distance(found.running_mean(), expected.running_mean()) < 1e-7);
            QVERIFY(relative_distance(found.running_var(), expected.running_var()) < 1e-7);
        }
    }

    void canBeUndone() {
        auto network = residual_network<float>();
        const auto before = everything_of(network);
        const auto old = recalibrate(network, statistics_of(network, first_images(m_data, 50, 8)));
        QVERIFY(everything_of(network) != before);
        QCOMPARE(old.size(), 4U);
        set_norm_buffers(network, old);
        QCOMPARE(everything_of(network), before);
        QVERIFY(norm_buffers(network) == old);
    }

    void leavesOutLayersWithoutBuffers() {
        auto network = residual_network<float>(1, 8, {.track_running_stats = false});
        QVERIFY(recalibrate(network, statistics_of(network, first_images(m_data, 50, 8))).empty());
    }

    void refusesWhatDoesNotFit() {
        auto network = residual_network<float>();
        const auto before = everything_of(network);
        auto statistics = statistics_of(network, first_images(m_data, 50, 8));
        statistics.layers[2].name = "other";
        QCOMPARE(error_text([&] { recalibrate(network, statistics); }),
                 "the statistics are of another network: they have no layer 'block.bn2'.");
        statistics.layers[2].name = "block.bn2";
        statistics.layers[2].mean.pop_back();
        statistics.layers[2].var.pop_back();
        QCOMPARE(error_text([&] { recalibrate(network, statistics); }),
                 "the statistics of layer 'block.bn2' are of 5 channels, but it has 6.");
        QCOMPARE(error_text([&] { recalibrate(network, {}); }), "there are no images to take the statistics of.");
        QCOMPARE(error_text([&] { set_norm_buffers(network, {{.name = "bn9"}}); }),
                 "the statistics are of another network: it has no layer 'bn9' with running statistics.");
        QCOMPARE(everything_of(network), before);
    }
};

QTEST_APPLESS_MAIN(tst_Recalibration)
#include "tst_Recalibration.moc"
