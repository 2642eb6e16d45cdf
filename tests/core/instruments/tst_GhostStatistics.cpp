#include "core/instruments/GhostStatistics.h"
#include "core/instruments/NormTap.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

const std::vector<std::int64_t> counts{1, 2, 3, 4, 16};

std::vector<GhostLayer> ghosts_of(const nn::Network<float>& network, const Tensor<float>& images, int threads = 1) {
    ThreadPool pool(threads);
    return ghost_statistics(network, images, counts, pool);
}

/// Input of one norm layer in train mode.
Tensor<float> input_of(nn::Network<float> network, const Tensor<float>& images, std::size_t norm) {
    Tensor<float> input;
    ThreadPool pool(1);
    NormTap tap(network, [&](std::size_t seen, const Tensor<float>& x, const Tensor<float>&) {
        if (seen == norm) input = x;
    });
    network.forward(images, {pool, nn::Mode::train, false, {}, &tap});
    return input;
}

/// What spread_of() promises, from the values of one channel.
struct Direct {
    double mean_spread = 0;
    double var_spread = 0;
    double output_difference = 0;
};

Direct direct_of(const Tensor<float>& x, std::int64_t channel, std::int64_t images_a_shard,
                 const nn::BatchNorm2d<float>& layer) {
    const double eps = layer.options().eps, weight = layer.weight()[channel], bias = layer.bias()[channel];
    const auto values = channel_of(x, channel);
    const Moments whole = moments_of(values);
    const auto y = normalized(values, whole.mean, whole.biased_var, eps, weight, bias);
    Direct result;
    std::vector<double> sharded;
    const std::size_t size = images_a_shard * x.shape().h * x.shape().w;
    for (std::size_t begin = 0; begin < values.size(); begin += size) {
        const auto shard = std::span(values).subspan(begin, std::min(size, values.size() - begin));
        const Moments of_shard = moments_of(shard);
        const double share = static_cast<double>(shard.size()) / static_cast<double>(values.size());
        result.mean_spread += share * std::pow(of_shard.mean - whole.mean, 2);
        result.var_spread += share * std::pow(of_shard.biased_var - whole.biased_var, 2);
        for (const double v : normalized(shard, of_shard.mean, of_shard.biased_var, eps, weight, bias)) {
            sharded.push_back(v);
        }
    }
    result.mean_spread = std::sqrt(result.mean_spread / (whole.biased_var + eps));
    result.var_spread = std::sqrt(result.var_spread) / (whole.biased_var + eps);
    result.output_difference = apart(sharded, y);
    return result;
}

}  // namespace

class tst_GhostStatistics : public QObject {
    Q_OBJECT

    const Tensor<float> m_images = random_tensor<float>({16, 8, 8, 1}, 1);

   private slots:
    void equalsNormalizingEveryShard_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<int>("images_a_shard");
        QTest::newRow("2 shards") << 1 << 8;
        QTest::newRow("3 shards, uneven") << 2 << 6;
        QTest::newRow("4 shards") << 3 << 4;
        QTest::newRow("single images") << 4 << 1;
    }
    void equalsNormalizingEveryShard() {
        QFETCH(int, which);
        QFETCH(int, images_a_shard);
        const auto network = residual_network<float>();
        const auto layers = ghosts_of(network, m_images);
        QCOMPARE(layers.size(), 4U);
        for (std::size_t norm = 0; norm < layers.size(); ++norm) {
            const auto x = input_of(network, m_images, norm);
            const GhostSpread& found = layers[norm].by_shards[which];
            QCOMPARE(found.shards, (16 + images_a_shard - 1) / images_a_shard);
            for (std::int64_t c = 0; c < x.shape().c; ++c) {
                const Direct expected = direct_of(x, c, images_a_shard, *network.norm_layers()[norm].second);
                QVERIFY(is_close(found.mean_spread[c], expected.mean_spread, 1e-10));
                QVERIFY(is_close(found.var_spread[c], expected.var_spread, 1e-10));
                QVERIFY(is_close(found.output_difference[c], expected.output_difference, 1e-10));
            }
        }
        QCOMPARE(layers[3].name, "block.downsample.1");
    }

    void findsNoSpreadInOneShard() {
        for (const auto& layer : ghosts_of(residual_network<float>(), m_images)) {
            QVERIFY(layer.by_shards[0].overall_output_difference == 0);
            QVERIFY(std::ranges::all_of(layer.by_shards[0].mean_spread, [](double v) { return v == 0; }));
        }
    }

    void spreadsMoreInSmallerShards() {
        for (const auto& layer : ghosts_of(residual_network<float>(), m_images)) {
            QVERIFY(layer.by_shards[1].overall_output_difference > 0);
            // Shards within shards: by the law of total variance.
            for (const auto& [fewer, more] : {std::pair{0, 1}, {1, 3}, {3, 4}}) {
                for (std::size_t c = 0; c < layer.by_shards[0].mean_spread.size(); ++c) {
                    QVERIFY(layer.by_shards[more].mean_spread[c] > layer.by_shards[fewer].mean_spread[c]);
                }
            }
        }
    }

    void saysHowManyShardsThereAre() {
        ThreadPool pool(1);
        const std::vector<std::int64_t> four{4};  // runs of ⌈6/4⌉ = 2 images: three of them, as torch.chunk
        const auto found =
            ghost_statistics(residual_network<float>(), random_tensor<float>({6, 8, 8, 1}, 2), four, pool);
        QCOMPARE(found[0].by_shards[0].shards, 3);
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        const auto a = ghosts_of(network, m_images, 1), b = ghosts_of(network, m_images, 3);
        for (std::size_t i = 0; i < a.size(); ++i) {
            QCOMPARE(a[i].by_shards[2].output_difference, b[i].by_shards[2].output_difference);
        }
    }

    void leavesTheNetworkAlone() {
        const auto network = residual_network<float>();
        const auto before = everything_of(network);
        ghosts_of(network, m_images);
        QCOMPARE(everything_of(network), before);
    }

    void refusesWhatItCannotCut() {
        ThreadPool pool(1);
        const auto network = residual_network<float>();
        const std::vector<std::int64_t> none{0};
        QCOMPARE(error_text([&] { ghost_statistics(network, m_images, none, pool); }),
                 "a batch cannot be cut into less than one shard.");
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
                                 ghost_statistics(network, Tensor<float>({0, 8, 8, 1}), none, pool));
        Layers<float> layers;
        layers.push_back({"flatten", std::make_unique<nn::Flatten<float>>()});
        add_norm<float>(layers, "bn", {.channels = 4});
        const nn::Network<float> vectors("vectors", std::move(layers), {0, 2, 2, 1});
        const std::vector<std::int64_t> four{4};
        QCOMPARE(error_text([&] {
                     ghost_statistics(vectors, random_tensor<float>({4, 2, 2, 1}, 1), four, pool);
                 }),
                 "cut into 4 shards, the batch of 4 images leaves one value per channel: there is no variance to "
                 "normalize with.");
    }
};

QTEST_APPLESS_MAIN(tst_GhostStatistics)
#include "tst_GhostStatistics.moc"
