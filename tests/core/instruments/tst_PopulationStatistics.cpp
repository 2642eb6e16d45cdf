#include "core/instruments/NormTap.h"
#include "core/instruments/PopulationStatistics.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <algorithm>
#include <map>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// Inputs of each norm layer in train mode: by norm layer, by channel, by batch.
std::map<std::pair<std::size_t, std::size_t>, std::vector<std::vector<double>>> inputs_of(
    nn::Network<float> network, const BatchSequence& batches) {
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::vector<double>>> inputs;
    ThreadPool pool(1);
    NormTap tap(network, [&](std::size_t norm, const Tensor<float>& x, const Tensor<float>&) {
        for (std::int64_t c = 0; c < x.shape().c; ++c) inputs[{norm, c}].push_back(channel_of(x, c));
    });
    ImageBatch batch;
    for (std::int64_t i = 0; i < batches.size(); ++i) {
        batches.load(i, pool, batch);
        network.forward(batch.images, {pool, nn::Mode::train, false, {}, &tap});
    }
    return inputs;
}

std::vector<double> joined(const std::vector<std::vector<double>>& parts) {
    std::vector<double> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

PopulationStatistics statistics_of(const nn::Network<float>& network, const BatchSequence& batches, int threads = 1) {
    ThreadPool pool(threads);
    return population_statistics(network, batches, pool);
}

}  // namespace

class tst_PopulationStatistics : public QObject {
    Q_OBJECT

    const SyntheticDataset m_data{50};

   private slots:
    void equalsAllValuesAtOnceInTheFirstLayer_data() {
        QTest::addColumn<int>("batch_size");
        for (const int batch_size : {2, 8, 13, 49, 50}) QTest::addRow("batches of %d", batch_size) << batch_size;
    }
    void equalsAllValuesAtOnceInTheFirstLayer() {
        QFETCH(int, batch_size);
        const auto network = residual_network<float>();
        const auto found = statistics_of(network, first_images(m_data, 50, batch_size)).layers[0];
        auto whole = inputs_of(network, first_images(m_data, 50, 50));
        QCOMPARE(found.name, "bn1");
        QCOMPARE(found.layer.value, 1);
        QCOMPARE(found.count, 50 * 64);
        QCOMPARE(found.values_per_batch, batch_size * 64);
        for (std::size_t c = 0; c < 4; ++c) {
            const Moments expected = moments_of(joined(whole[{0, c}]));
            QVERIFY(is_close(found.mean[c], expected.mean, 1e-12));
            QVERIFY(is_close(found.var[c], expected.biased_var, 1e-12));
            QVERIFY(is_close(found.unbiased_var()[c], expected.unbiased_var, 1e-12));
        }
    }

    void followsTheFormulaByBatchInEveryLayer() {
        const auto network = residual_network<float>();
        const auto batches = first_images(m_data, 50, 8);  // the last has 2 images
        const auto found = statistics_of(network, batches);
        QCOMPARE(found.layers.size(), 4U);
        QCOMPARE(found.images, 50);
        for (const auto& [position, by_batch] : inputs_of(network, batches)) {
            const auto& [norm, c] = position;
            double n = 0, mean = 0, square = 0, unbiased = 0;
            for (const auto& values : by_batch) {
                const Moments batch = moments_of(values);
                const auto weight = static_cast<double>(values.size());
                n += weight;
                mean += weight * batch.mean;
                square += weight * (batch.mean * batch.mean + batch.biased_var);
                unbiased += batch.unbiased_var / static_cast<double>(by_batch.size());
            }
            const LayerStatistics& layer = found.layers[norm];
            QVERIFY(is_close(layer.mean[c], mean / n, 1e-12));
            QVERIFY(is_close(layer.var[c], square / n - mean * mean / n / n, 1e-12));
            QVERIFY(is_close(layer.unbiased_batch_var[c], unbiased, 1e-12));
        }
        QCOMPARE(found.layers[3].name, "block.downsample.1");
        QCOMPARE(found.layers[3].count, 50 * 16);
    }

    void doesNotDependOnTheOrderOfBatches() {
        const auto network = residual_network<float>();
        std::vector<std::int64_t> forward(48);
        std::iota(forward.begin(), forward.end(), 0);
        std::vector<std::int64_t> backward;
        for (int batch = 5; batch >= 0; --batch) {
            backward.insert(backward.end(), forward.begin() + 8 * batch, forward.begin() + 8 * batch + 8);
        }
        const auto recipe = synthetic_recipe().data;
        const auto a = statistics_of(network, {m_data, recipe, forward, 8});
        const auto b = statistics_of(network, {m_data, recipe, backward, 8});
        for (std::size_t norm = 0; norm < a.layers.size(); ++norm) {
            QVERIFY(apart(a.layers[norm].mean, b.layers[norm].mean) < 1e-13);
            QVERIFY(apart(a.layers[norm].var, b.layers[norm].var) < 1e-13);
        }
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        const auto a = statistics_of(network, first_images(m_data, 50, 8), 1);
        const auto b = statistics_of(network, first_images(m_data, 50, 8), 3);
        for (std::size_t norm = 0; norm < a.layers.size(); ++norm) {
            QCOMPARE(a.layers[norm].mean, b.layers[norm].mean);
            QCOMPARE(a.layers[norm].var, b.layers[norm].var);
        }
    }

    void leavesTheNetworkAlone() {
        const auto network = residual_network<float>();
        const auto before = everything_of(network);
        statistics_of(network, first_images(m_data, 50, 8));
        QCOMPARE(everything_of(network), before);
    }

    void measuresFrozenAndUntrackedLayersToo_data() {
        QTest::addColumn<bool>("frozen");
        QTest::newRow("frozen") << true;
        QTest::newRow("without buffers") << false;
    }
    void measuresFrozenAndUntrackedLayersToo() {
        QFETCH(bool, frozen);
        const auto plain = statistics_of(residual_network<float>(), first_images(m_data, 50, 8));
        const auto special =
            statistics_of(residual_network<float>(1, 8, {.track_running_stats = frozen, .frozen = frozen}),
                          first_images(m_data, 50, 8));
        QCOMPARE(special.layers[0].mean, plain.layers[0].mean);
        QCOMPARE(special.layers[0].var, plain.layers[0].var);
    }

    void reportsProgress() {
        ThreadPool pool(1);
        std::vector<double> shares;
        population_statistics(residual_network<float>(), first_images(m_data, 50, 16), pool,
                              {.progress = [&](double share) { shares.push_back(share); }});
        QCOMPARE(shares, (std::vector{0.0, 0.25, 0.5, 0.75, 1.0}));
    }

    void canBeCancelled() {
        ThreadPool pool(1);
        std::stop_source stop;
        int calls = 0;
        const Watch watch{stop.get_token(), [&](double) {
                              if (++calls == 2) stop.request_stop();
                          }};
        QVERIFY_THROWS_EXCEPTION(
            Cancelled, population_statistics(residual_network<float>(), first_images(m_data, 50, 8), pool, watch));
        QCOMPARE(calls, 2);
    }

    void findsNothingWithoutImages() {
        const auto found = statistics_of(residual_network<float>(), first_images(m_data, 0, 8));
        QCOMPARE(found.images, 0);
        QCOMPARE(found.layers[0].count, 0);
        QVERIFY(found.layers[0].mean.empty());
    }
};

QTEST_APPLESS_MAIN(tst_PopulationStatistics)
#include "tst_PopulationStatistics.moc"
