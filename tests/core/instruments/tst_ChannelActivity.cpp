#include "core/instruments/ChannelActivity.h"
#include "tests/core/instruments/NetworksUnderTest.h"

#include <QTest>

#include <unordered_map>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// Outputs of all layers by name, of one batch after another.
class Outputs : public nn::LayerObserver {
   public:
    void saw_forward(const nn::Module<float>& layer, const Tensor<float>&, const Tensor<float>& y) override {
        values[layer.name()].push_back(y);
    }
    std::unordered_map<std::string, std::vector<Tensor<float>>> values;
};

double nonzero_share(const std::vector<Tensor<float>>& outputs, std::int64_t channel) {
    std::int64_t nonzero = 0, count = 0;
    for (const auto& y : outputs) {
        for (std::int64_t i = channel; i < y.shape().size(); i += y.shape().c) {
            nonzero += y.values()[static_cast<std::size_t>(i)] != 0;
            ++count;
        }
    }
    return static_cast<double>(nonzero) / static_cast<double>(count);
}

}  // namespace

class tst_ChannelActivity : public QObject {
    Q_OBJECT

    const SyntheticDataset m_data{40};

   private slots:
    void countsBehindTheRelu() {
        auto network = residual_network<float>();
        auto& norm = *network.norm_layers()[0].second;
        norm.parameters()[0]->value[2] = 0.1F;
        norm.parameters()[1]->value[2] = -5;  // never above 0
        norm.parameters()[1]->value[3] = 50;  // always above 0
        const auto before = everything_of(network);
        const auto batches = first_images(m_data, 40, 16);
        ThreadPool pool(2);
        const auto found = channel_activity(network, batches, pool);
        QCOMPARE(everything_of(network), before);
        QCOMPARE(found.images, 40);
        QCOMPARE(found.layers.size(), 4U);
        QCOMPARE(found.layers[0].name, "bn1");
        QCOMPARE(found.layers[0].layer.value, 1);
        QCOMPARE(found.layers[0].eps, norm.eps());

        Outputs outputs;
        auto copy = network;
        ImageBatch batch;
        for (std::int64_t i = 0; i < batches.size(); ++i) {
            batches.load(i, pool, batch);
            copy.forward(batch.images, {pool, nn::Mode::train, false, {}, &outputs});
        }
        QCOMPARE(found.layers[0].nonzero.size(), 4U);
        for (std::size_t c = 0; c < 4; ++c) {
            QCOMPARE(found.layers[0].nonzero[c], nonzero_share(outputs.values.at("relu"), std::int64_t(c)));
        }
        QCOMPARE(found.layers[0].nonzero[2], 0.0);
        QCOMPARE(found.layers[0].nonzero[3], 1.0);
        QVERIFY(found.layers[0].nonzero[0] > 0.05 && found.layers[0].nonzero[0] < 0.95);
        for (std::size_t c = 0; c < 6; ++c) {
            QCOMPARE(found.layers[1].nonzero[c], nonzero_share(outputs.values.at("block.relu"), std::int64_t(c)));
        }
    }

    void aSumBetweenIsNoReluOfTheLayer() {
        const auto network = residual_network<float>();
        ThreadPool pool(1);
        const auto found = channel_activity(network, first_images(m_data, 16, 16), pool);
        QCOMPARE(found.layers[2].name, "block.bn2");
        QVERIFY(found.layers[2].nonzero.empty());
        QVERIFY(found.layers[3].nonzero.empty());
    }

    void isTheSameForAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        ThreadPool one(1), three(3);
        const auto batches = first_images(m_data, 40, 7);
        const auto a = channel_activity(network, batches, one), b = channel_activity(network, batches, three);
        for (std::size_t i = 0; i < a.layers.size(); ++i) QCOMPARE(a.layers[i].nonzero, b.layers[i].nonzero);
    }

    void canBeCancelled() {
        std::stop_source stop;
        stop.request_stop();
        ThreadPool pool(1);
        const auto network = residual_network<float>();
        QVERIFY_EXCEPTION_THROWN(
            channel_activity(network, first_images(m_data, 16, 8), pool, {.stop = stop.get_token()}), Cancelled);
    }
};

QTEST_APPLESS_MAIN(tst_ChannelActivity)
#include "tst_ChannelActivity.moc"
