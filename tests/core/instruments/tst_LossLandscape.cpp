#include "core/instruments/LossLandscape.h"
#include "core/nn/CrossEntropy.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <numeric>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

const std::vector<double> steps{0, 0.01, 0.1, 0.5, -0.2};

std::vector<std::int64_t> labels_of(std::int64_t images) {
    std::vector<std::int64_t> labels(images);
    for (std::int64_t i = 0; i < images; ++i) labels[i] = i % 4;
    return labels;
}

template <class S>
LossLandscape landscape_of(const nn::Network<S>& network, const Tensor<S>& images,
                           const std::vector<double>& at = steps, int threads = 1) {
    ThreadPool pool(threads);
    const auto labels = labels_of(images.shape().n);
    return loss_landscape<S>(network, images, labels, at, pool);
}

/// Softmax regression on two classes, done by hand: L = mean log(1 + e^(−m)), m = ±(z₁ − z₀).
class Regression {
   public:
    explicit Regression(Tensor<double> images) : m_images(std::move(images)) {}

    /// weights: w₀ (2), w₁ (2), b₀, b₁.
    double loss(const std::array<double, 6>& w) const {
        double sum = 0;
        for (std::int64_t n = 0; n < m_images.shape().n; ++n) sum += std::log(1 + std::exp(-margin(w, n)));
        return sum / static_cast<double>(m_images.shape().n);
    }
    std::array<double, 6> gradient(const std::array<double, 6>& w) const {
        std::array<double, 6> g{};
        for (std::int64_t n = 0; n < m_images.shape().n; ++n) {
            const double slope = -sign(n) / (1 + std::exp(margin(w, n))) / static_cast<double>(m_images.shape().n);
            const double* x = m_images.image(n);
            const std::array<double, 6> of_difference{-x[0], -x[1], x[0], x[1], -1, 1};
            for (std::size_t i = 0; i < 6; ++i) g[i] += slope * of_difference[i];
        }
        return g;
    }

   private:
    static double sign(std::int64_t n) { return n % 2 == 1 ? 1 : -1; }
    double margin(const std::array<double, 6>& w, std::int64_t n) const {
        const double* x = m_images.image(n);
        return sign(n) * ((w[2] - w[0]) * x[0] + (w[3] - w[1]) * x[1] + w[5] - w[4]);
    }
    Tensor<double> m_images;
};

double norm_of(const std::array<double, 6>& a, const std::array<double, 6>& b = {}) {
    double sum = 0;
    for (std::size_t i = 0; i < 6; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

}  // namespace

class tst_LossLandscape : public QObject {
    Q_OBJECT

   private slots:
    void equalsSoftmaxRegressionByHand() {
        Layers<double> layers;
        layers.push_back({"fc", std::make_unique<nn::Linear<double>>(
                                    nn::Linear<double>::Options{.in_features = 2, .out_features = 2})});
        nn::Network<double> network("regression", std::move(layers), {0, 1, 1, 2});
        const std::array<double, 6> w{0.3, -0.2, 0.7, 0.4, 0.1, -0.3};
        auto* fc = network.leaves()[0];
        std::copy_n(w.begin(), 4, fc->parameters()[0]->value.begin());
        std::copy_n(w.begin() + 4, 2, fc->parameters()[1]->value.begin());

        const auto images = random_tensor<double>({20, 1, 1, 2}, 1, 0.5, 2);
        ThreadPool pool(1);
        std::vector<std::int64_t> labels(20);
        for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 2);
        const auto found = loss_landscape<double>(network, images, labels, steps, pool);

        const Regression expected(images);
        const auto g = expected.gradient(w);
        QVERIFY(is_close(found.loss, expected.loss(w), 1e-12));
        QVERIFY(is_close(found.gradient_norm, norm_of(g), 1e-12));
        double smoothness = 0;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            auto there = w;
            for (std::size_t k = 0; k < 6; ++k) there[k] -= steps[i] * g[k];
            const double difference = norm_of(expected.gradient(there), g);
            QCOMPARE(found.points[i].step, steps[i]);
            QVERIFY(is_close(found.points[i].loss, expected.loss(there), 1e-12));
            QVERIFY(is_close(found.points[i].gradient_difference, difference, 1e-12));
            if (steps[i] != 0) smoothness = std::max(smoothness, difference / (std::abs(steps[i]) * norm_of(g)));
        }
        QVERIFY(is_close(found.smoothness, smoothness, 1e-12));
        QVERIFY(found.smoothness > 0.1);
    }

    void descendsAsTheGradientSays() {
        // dL/dη at 0 is −‖g‖², by central difference through norm layers in train mode.
        const auto network = residual_network<double>();
        const auto found = landscape_of(network, random_tensor<double>({12, 8, 8, 1}, 1), {1e-6, -1e-6, 0});
        const double slope = (found.points[0].loss - found.points[1].loss) / 2e-6;
        const double expected = -found.gradient_norm * found.gradient_norm;
        QVERIFY(std::abs(slope - expected) < 1e-5 * std::abs(expected));
        QCOMPARE(found.points[2].loss, found.loss);
        QCOMPARE(found.points[2].gradient_difference, 0.0);
    }

    void isTheSameInFloatAndDouble() {
        const auto single = residual_network<float>();
        auto twice = residual_network<double>();
        for (std::size_t leaf = 0; leaf < single.leaves().size(); ++leaf) {
            const auto from = single.leaves()[leaf]->parameters();
            const auto to = twice.leaves()[leaf]->parameters();
            for (std::size_t i = 0; i < from.size(); ++i) std::ranges::copy(from[i]->value, to[i]->value.begin());
        }
        const auto x = random_tensor<float>({12, 8, 8, 1}, 2);
        Tensor<double> same(x.shape());
        std::ranges::copy(x.values(), same.data());
        const auto a = landscape_of(single, x), b = landscape_of(twice, same);
        QVERIFY(is_close(a.gradient_norm, b.gradient_norm, 1e-4));
        for (std::size_t i = 0; i < steps.size(); ++i) QVERIFY(is_close(a.points[i].loss, b.points[i].loss, 1e-4));
        QVERIFY(is_close(a.smoothness, b.smoothness, 1e-2));
    }

    void movesOnlyWhatIsTrained() {
        const auto network = residual_network<double>();
        const auto images = random_tensor<double>({12, 8, 8, 1}, 3);
        const auto all = landscape_of(network, images);
        ThreadPool pool(1);
        auto copy = network;
        Tensor<double> gradient;
        const nn::Pass pass{pool, nn::Mode::train, false};
        const auto loss_of = [&] {
            return nn::cross_entropy<double>(copy.forward(images, pass), labels_of(12), &gradient).loss;
        };
        loss_of();
        copy.backward(gradient, pass);

        // Only the weights of fc are trained: move those of the copy by hand.
        for (auto* parameter : network.parameters().parameters()) parameter->trainable = false;
        network.leaves().back()->parameters()[0]->trainable = true;
        const auto some = landscape_of(network, images);
        auto* weight = copy.leaves().back()->parameters()[0];
        const std::vector<double> g(weight->gradient.begin(), weight->gradient.end());
        QVERIFY(is_close(some.gradient_norm, std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.0)), 1e-12));
        QVERIFY(some.gradient_norm < all.gradient_norm);
        for (std::size_t k = 0; k < g.size(); ++k) weight->value[k] -= steps[3] * g[k];
        QVERIFY(is_close(some.points[3].loss, loss_of(), 1e-12));
        copy.backward(gradient, pass);
        const std::vector<double> there(weight->gradient.begin(), weight->gradient.end());
        double squares = 0;
        for (std::size_t k = 0; k < g.size(); ++k) squares += (there[k] - g[k]) * (there[k] - g[k]);
        QVERIFY(is_close(some.points[3].gradient_difference, std::sqrt(squares), 1e-12));
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        const auto images = random_tensor<float>({12, 8, 8, 1}, 4);
        const auto a = landscape_of(network, images, steps, 1), b = landscape_of(network, images, steps, 3);
        QCOMPARE(a.smoothness, b.smoothness);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            QCOMPARE(a.points[i].loss, b.points[i].loss);
            QCOMPARE(a.points[i].gradient_difference, b.points[i].gradient_difference);
        }
    }

    void leavesTheNetworkAlone() {
        const auto network = residual_network<float>();
        const auto before = everything_of(network);
        landscape_of(network, random_tensor<float>({12, 8, 8, 1}, 5));
        QCOMPARE(everything_of(network), before);
    }

    void canBeCancelled() {
        ThreadPool pool(1);
        std::stop_source stop;
        stop.request_stop();
        const auto labels = labels_of(12);
        QVERIFY_THROWS_EXCEPTION(
            Cancelled, loss_landscape<float>(residual_network<float>(), random_tensor<float>({12, 8, 8, 1}, 5), labels,
                                             steps, pool, {.stop = stop.get_token()}));
    }
};

QTEST_APPLESS_MAIN(tst_LossLandscape)
#include "tst_LossLandscape.moc"
