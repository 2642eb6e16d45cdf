#include "core/nn/BatchNorm2d.h"
#include "core/nn/Conv2d.h"
#include "tests/core/nn/GradientCheck.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

class tst_BatchNorm2dBackward : public QObject {
    Q_OBJECT

   private slots:
    void matchesCentralDifferences_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<QList<int>>("options");  // affine, tracking, frozen
        QTest::addColumn<int>("mode");
        const auto train = static_cast<int>(Mode::train), eval = static_cast<int>(Mode::eval);
        QTest::newRow("train") << QList{4, 3, 3, 2} << QList{1, 1, 0} << train;
        QTest::newRow("train, odd batch") << QList{7, 2, 3, 3} << QList{1, 1, 0} << train;
        QTest::newRow("train, one image") << QList{1, 3, 2, 3} << QList{1, 1, 0} << train;
        QTest::newRow("train, vectors") << QList{5, 1, 1, 4} << QList{1, 1, 0} << train;
        QTest::newRow("train, not affine") << QList{4, 3, 3, 2} << QList{0, 1, 0} << train;
        QTest::newRow("train, not tracking") << QList{4, 3, 3, 2} << QList{1, 0, 0} << train;
        QTest::newRow("frozen") << QList{4, 3, 3, 2} << QList{1, 1, 1} << train;
        QTest::newRow("frozen, not affine") << QList{3, 2, 1, 2} << QList{0, 1, 1} << train;
        QTest::newRow("eval") << QList{4, 3, 3, 2} << QList{1, 1, 0} << eval;
        QTest::newRow("eval, one value") << QList{1, 1, 1, 3} << QList{1, 1, 0} << eval;
        QTest::newRow("eval, not tracking") << QList{3, 3, 3, 2} << QList{1, 0, 0} << eval;
    }
    void matchesCentralDifferences() {
        QFETCH(QList<int>, shape);
        QFETCH(QList<int>, options);
        QFETCH(int, mode);
        auto test = norm<double>({.channels = shape[3],
                                  .affine = options[0] != 0,
                                  .track_running_stats = options[1] != 0,
                                  .frozen = options[2] != 0});
        fill_normal(test.layer().running_mean(), 7);
        for (double& var : test.layer().running_var()) var = 0.6;
        const auto x = random_tensor<double>({shape[0], shape[1], shape[2], shape[3]}, 3, 1, 2);
        verify_gradients(test.layer(), x, static_cast<Mode>(mode));
    }

    /// Train mode takes out the mean of dx and its projection on x̂.
    void hasInputGradientsThatSumToZero() {
        auto test = norm<double>({.channels = 3});
        const auto x = random_tensor<double>({5, 3, 3, 3}, 1, 4, 2);
        test.forward(x);
        const auto& dx = test.backward(random_tensor<double>({5, 3, 3, 3}, 2));
        for (int c = 0; c < 3; ++c) QVERIFY(std::abs(moments_of(channel_of(dx, c)).mean) < 1e-15);
    }

    void hasNoWeightGradientForTheSumOfOutputs() {
        auto test = norm<double>({.channels = 3});
        const auto x = random_tensor<double>({5, 3, 3, 3}, 1, 4, 2);
        test.forward(x);
        Tensor<double> gradient(x.shape());
        gradient.fill(1);
        const auto& dx = test.backward(gradient);
        for (int c = 0; c < 3; ++c) {
            QVERIFY(std::abs(test.layer().parameters()[0]->gradient[c]) < 1e-13);
            QVERIFY(is_close(test.layer().parameters()[1]->gradient[c], 45, 1e-15));
            for (const double g : channel_of(dx, c)) QVERIFY(std::abs(g) < 1e-14);
        }
    }

    void onlyScalesTheGradientInEvalMode() {
        auto test = norm<double>({.channels = 1});
        test.layer().running_var()[0] = 3;
        const auto x = random_tensor<double>({5, 3, 3, 1}, 1);
        test.forward(x, Mode::eval);
        const auto g = random_tensor<double>({5, 3, 3, 1}, 2);
        const auto& dx = test.backward(g);
        const double scale = test.layer().weight()[0] / std::sqrt(3 + 1e-5);
        for (std::size_t i = 0; i < g.values().size(); ++i)
            QVERIFY(is_close(dx.values()[i], scale * g.values()[i], 1e-14));
    }

    void takesTheGradientFromABiasInFront() {
        auto conv = layer_under_test<double, Conv2d<double>>(Conv2d<double>::Options{.out_channels = 3});
        auto test = norm<double>({.channels = 3});
        const auto x = random_tensor<double>({4, 5, 5, 1}, 1);
        test.forward(conv.forward(x));
        conv.backward(test.backward(random_tensor<double>({4, 5, 5, 3}, 2)));
        for (const double g : conv.layer().parameters()[1]->gradient) QVERIFY(std::abs(g) < 1e-13);
    }

    void undoesTheScaleOfAConvolutionInFront() {
        auto conv = layer_under_test<double, Conv2d<double>>(Conv2d<double>::Options{.out_channels = 3});
        auto test = norm<double>({.channels = 3, .eps = 0});
        const auto x = random_tensor<double>({4, 5, 5, 1}, 1);
        const auto before = nchw_of(test.forward(conv.forward(x)));
        for (double& weight : conv.layer().parameters()[0]->value) weight *= 37;
        QVERIFY(distance(nchw_of(test.forward(conv.forward(x))), before) < 1e-12);
    }

    void givesTheSameBitsWithAnyNumberOfThreads() {
        const auto x = random_tensor<float>({13, 5, 3, 6}, 1, 2);
        const auto gradient = random_tensor<float>({13, 5, 3, 6}, 2);
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 4}) {
            auto test = norm<float>({.channels = 6}, threads);
            auto& result = results.emplace_back(copy_of(test.forward(x).values()));
            std::ranges::copy(test.backward(gradient).values(), std::back_inserter(result));
            std::ranges::copy(test.layer().running_var(), std::back_inserter(result));
            for (auto* p : test.layer().parameters()) std::ranges::copy(p->gradient, std::back_inserter(result));
        }
        QCOMPARE(results[1], results[0]);
        QCOMPARE(results[2], results[0]);
    }
};

QTEST_APPLESS_MAIN(tst_BatchNorm2dBackward)
#include "tst_BatchNorm2dBackward.moc"
