// Norm layers found in files by their names.
#include "core/instruments/NormInspection.h"

#include <QTest>

#include <deque>
#include <limits>

using namespace normscope;
using namespace normscope::instruments;

namespace {

/// Tensors with their memory.
class Tensors {
   public:
    void add(std::string name, std::vector<float> values) {
        const auto count = static_cast<std::int64_t>(values.size());
        m_floats.push_back(std::move(values));
        m_entries.push_back({std::move(name), io::TensorType::f32, {count}, std::as_bytes(std::span(m_floats.back()))});
    }
    void add_count(std::string name, std::int64_t count) {
        m_counts.push_back(count);
        m_entries.push_back({std::move(name), io::TensorType::i64, {}, std::as_bytes(std::span(&m_counts.back(), 1))});
    }
    /// A layer of two channels in which nothing is odd, with what differs from that.
    struct Layer {
        std::vector<float> mean{0.1F, -0.2F};
        std::vector<float> var{0.5F, 2.0F};
        std::vector<float> weight{1.0F, 0.9F};
        std::vector<float> bias{0.1F, -0.1F};
        std::int64_t batches = 1000;
    };
    void add_layer(const std::string& prefix, const Layer& layer) {
        add(prefix + "weight", layer.weight);
        add(prefix + "bias", layer.bias);
        add(prefix + "running_mean", layer.mean);
        add(prefix + "running_var", layer.var);
        add_count(prefix + "num_batches_tracked", layer.batches);
    }
    const std::vector<io::TensorEntry>& entries() const { return m_entries; }

   private:
    std::deque<std::vector<float>> m_floats;
    std::deque<std::int64_t> m_counts;
    std::vector<io::TensorEntry> m_entries;
};

}  // namespace

class tst_NormInspection : public QObject {
    Q_OBJECT

   private slots:
    void findsLayersByName();
    void findings_data();
    void findings();
    void summaries();
};

void tst_NormInspection::findsLayersByName() {
    Tensors tensors;
    tensors.add("conv1.weight", {1, 2, 3});
    tensors.add_layer("layer10.0.bn1.", {});
    tensors.add_layer("layer2.bn.", {});
    tensors.add_layer("", {});  // a norm layer saved alone
    tensors.add("no_variance.running_mean", {0, 0});
    tensors.add("odd.running_mean", {0, 0});
    tensors.add("odd.running_var", {1});
    const auto layers = inspect_norms(tensors.entries());
    QCOMPARE(layers.size(), 3U);
    QCOMPARE(layers[0].name, "layer10.0.bn1");
    QCOMPARE(layers[1].name, "layer2.bn");
    QCOMPARE(layers[2].name, "");
    QCOMPARE(layers[0].channels(), 2);
    QVERIFY((layers[0].running_var == std::vector<double>{0.5, 2.0}));
    QCOMPARE(*layers[0].num_batches_tracked, 1000);
    for (const auto& layer : layers) QVERIFY(layer.findings.empty());
}

void tst_NormInspection::findings_data() {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float inf = std::numeric_limits<float>::infinity();
    QTest::addColumn<Tensors::Layer>("layer");
    QTest::addColumn<int>("channel");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* name, const Tensors::Layer& layer, int channel, const char* words) {
        QTest::newRow(name) << layer << channel << QString::fromUtf8(words);
    };
    row("NaN mean", {.mean = {nan, 0}}, 0, "running_mean is NaN");
    row("infinite variance", {.var = {1, inf}}, 1, "running_var is infinite");
    row("negative variance", {.var = {0.5F, -1}}, 1, "negative: -1");
    row("variance at eps", {.var = {1e-6F, 2}}, 0, "not above an eps of 1e-05");
    row("never updated", {.mean = {0, 0}, .var = {1, 1}}, -1, "of a new layer");
    row("few batches", {.batches = 20}, -1, "20 batches");
    row("gamma gone", {.weight = {1, 1e-6F}}, 1, "weight (γ) is 1e-06");
    row("dead behind a ReLU", {.weight = {0.1F, 1}, .bias = {-0.5F, 0}}, 0, "as good as dead");
}

void tst_NormInspection::findings() {
    QFETCH(Tensors::Layer, layer);
    QFETCH(int, channel);
    QFETCH(QString, words);
    Tensors tensors;
    tensors.add_layer("bn.", layer);
    const auto layers = inspect_norms(tensors.entries());
    QCOMPARE(layers.size(), 1U);
    QCOMPARE(layers[0].findings.size(), 1U);
    const Finding& finding = layers[0].findings[0];
    QCOMPARE(finding.channel.value_or(-1), channel);
    QVERIFY2(QString::fromStdString(finding.sentence).contains(words), finding.sentence.c_str());
}

void tst_NormInspection::summaries() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto summary = summary_of(std::vector{3.0, nan, 1.0, 2.0});
    QCOMPARE(summary->minimum, 1.0);
    QCOMPARE(summary->median, 2.0);
    QCOMPARE(summary->maximum, 3.0);
    QVERIFY(!summary_of(std::vector{nan}));
}

QTEST_GUILESS_MAIN(tst_NormInspection)
#include "tst_NormInspection.moc"
