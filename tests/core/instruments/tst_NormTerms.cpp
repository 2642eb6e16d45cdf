#include "core/instruments/NormTerms.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

constexpr std::int64_t channels = 3;

double sum_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
}

}  // namespace

class tst_NormTerms : public QObject {
    Q_OBJECT

   private slots:
    void equalsTheLayer_data() {
        QTest::addColumn<bool>("train");
        QTest::addColumn<double>("momentum");
        QTest::addColumn<bool>("affine");
        QTest::addColumn<bool>("track");
        QTest::addColumn<bool>("frozen");
        QTest::newRow("train") << true << 0.1 << true << true << false;
        QTest::newRow("eval") << false << 0.1 << true << true << false;
        QTest::newRow("cumulative") << true << -1.0 << true << true << false;
        QTest::newRow("momentum 0") << true << 0.0 << true << true << false;
        QTest::newRow("not affine") << true << 0.1 << false << true << false;
        QTest::newRow("no buffers, train") << true << 0.1 << true << false << false;
        QTest::newRow("no buffers, eval") << false << 0.1 << true << false << false;
        QTest::newRow("frozen") << true << 0.1 << true << true << true;
    }
    void equalsTheLayer() {
        QFETCH(bool, train);
        QFETCH(double, momentum);
        QFETCH(bool, affine);
        QFETCH(bool, track);
        QFETCH(bool, frozen);
        const auto mode = train ? nn::Mode::train : nn::Mode::eval;
        auto under_test = norm<double>({.channels = channels,
                                        .eps = 1e-3,
                                        .momentum = momentum < 0 ? std::nullopt : std::optional(momentum),
                                        .affine = affine,
                                        .track_running_stats = track,
                                        .frozen = frozen});
        auto& layer = under_test.layer();
        under_test.forward(random_tensor<double>({4, 3, 5, channels}, 1, 2, 3));  // buffers from somewhere else
        std::vector<NormChannel> before;
        for (std::int64_t c = 0; c < channels; ++c) before.push_back(norm_channel(layer, {c}));

        const auto x = random_tensor<double>({4, 3, 5, channels}, 2, 1, 2);
        const auto g = random_tensor<double>(x.shape(), 3);
        const auto& y = under_test.forward(x, mode);
        const auto& dx = under_test.backward(g);
        for (std::int64_t c = 0; c < channels; ++c) {
            const auto forward = norm_forward(before[c], channel_of(x, c), mode);
            const auto backward = norm_backward(before[c], forward, channel_of(g, c));
            QVERIFY(distance(forward.y, channel_of(y, c)) < 1e-12);
            QVERIFY(distance(backward.dx, channel_of(dx, c)) < 1e-12);
            if (affine) {
                QVERIFY(is_close(backward.weight_gradient, layer.parameters()[0]->gradient[c], 1e-12));
                QVERIFY(is_close(backward.bias_gradient, layer.parameters()[1]->gradient[c], 1e-12));
            }
            const auto after = norm_channel(layer, {c});
            QVERIFY(is_close(forward.running_mean, after.running_mean, 1e-13));
            QVERIFY(is_close(forward.running_var, after.running_var, 1e-13));
            QCOMPARE(forward.num_batches_tracked, after.num_batches_tracked);
        }
    }

    void takesTheStepsDoneByHand() {
        // x = 1, 3, 5, 7: μ 4, σ² 5, unbiased 20/3
        const NormChannel channel{
            .weight = 2, .bias = 1, .eps = 4, .momentum = 0.25, .running_mean = 8, .running_var = 1};
        const auto forward = norm_forward(channel, std::vector<double>{1, 3, 5, 7}, nn::Mode::train);
        QCOMPARE(forward.batch_mean, 4.0);
        QCOMPARE(forward.batch_var, 5.0);
        QCOMPARE(forward.unbiased_var, 20.0 / 3.0);
        QCOMPARE(forward.inv_std, 1.0 / 3.0);
        QCOMPARE(forward.x_hat[0], -1.0);
        QVERIFY(distance(forward.y, std::vector<double>{-1, 1.0 / 3.0, 5.0 / 3.0, 3}) < 1e-15);
        QCOMPARE(forward.running_mean, 7.0);
        QCOMPARE(forward.running_var, 0.75 + 5.0 / 3.0);
        QCOMPARE(forward.num_batches_tracked, 1);
        // g = 1, 0, 0, 0: dβ 1, dγ −1
        const auto backward = norm_backward(channel, forward, std::vector<double>{1, 0, 0, 0});
        QCOMPARE(backward.bias_gradient, 1.0);
        QCOMPARE(backward.weight_gradient, -1.0);
        QCOMPARE(backward.direct, (std::vector<double>{2.0 / 3.0, 0, 0, 0}));
        QCOMPARE(backward.mean_term[3], -1.0 / 6.0);
        QCOMPARE(backward.projection_term[0], -1.0 / 6.0);
        QCOMPARE(backward.projection_term[3], 1.0 / 6.0);
    }

    void termsSumToAGradientThatMovesNeitherMeanNorVariance() {
        const auto x = channel_of(random_tensor<double>({1, 1, 50, 1}, 5, 3, 2), 0);
        const auto g = channel_of(random_tensor<double>({1, 1, 50, 1}, 6), 0);
        const NormChannel channel{.weight = 1.7, .eps = 0};
        const auto forward = norm_forward(channel, x, nn::Mode::train);
        const auto backward = norm_backward(channel, forward, g);
        QVERIFY(std::abs(sum_of(backward.direct)) > 0.1);
        QVERIFY(std::abs(sum_of(backward.dx)) < 1e-12);
        double projection = 0;
        for (std::size_t i = 0; i < x.size(); ++i) projection += backward.dx[i] * forward.x_hat[i];
        QVERIFY(std::abs(projection) < 1e-12);
    }

    void hasOneTermInEvalMode() {
        const NormChannel channel{.weight = 3, .running_mean = 1, .running_var = 4};
        const auto forward = norm_forward(channel, std::vector<double>{5}, nn::Mode::eval);
        const auto backward = norm_backward(channel, forward, std::vector<double>{2});
        QVERIFY(!forward.used_batch);
        QCOMPARE(backward.mean_term[0], 0.0);
        QCOMPARE(backward.projection_term[0], 0.0);
        QCOMPARE(backward.dx[0], backward.direct[0]);
        QCOMPARE(forward.momentum, 0.0);
        QCOMPARE(forward.running_mean, 1.0);
    }

    void makesAConstantChannelBias() {
        const auto forward =
            norm_forward({.weight = 3, .bias = 2, .eps = 0}, std::vector<double>{5, 5, 5}, nn::Mode::train);
        QCOMPARE(forward.y, (std::vector<double>{2, 2, 2}));
    }

    void refusesWhatItCannotTake() {
        QVERIFY(error_text([] {
                    norm_forward({}, std::vector<double>{1}, nn::Mode::train);
                }).starts_with("Expected more than 1 value per channel when training"));
        const auto forward = norm_forward({}, std::vector<double>{1, 2}, nn::Mode::train);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, norm_backward({}, forward, std::vector<double>{1}));
        QVERIFY(norm_forward({}, {}, nn::Mode::train).y.empty());
    }
};

QTEST_APPLESS_MAIN(tst_NormTerms)
#include "tst_NormTerms.moc"
