#include "core/nn/Linear.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/GradientCheck.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <array>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

template <class S>
auto linear(std::int64_t in, std::int64_t out, int threads = 1) {
    return LayerUnderTest<S, Linear<S>>(
        std::make_unique<Linear<S>>(typename Linear<S>::Options{.in_features = in, .out_features = out}), threads);
}

}  // namespace

class tst_Linear : public QObject {
    Q_OBJECT

   private slots:
    void multipliesAndAdds() {
        auto test = linear<float>(2, 3);
        std::ranges::copy(std::array{1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}, test.layer().parameters()[0]->value.begin());
        std::ranges::copy(std::array{0.5F, 0.0F, -1.0F}, test.layer().parameters()[1]->value.begin());
        Tensor<float> x({1, 1, 1, 2});
        std::ranges::copy(std::array{10.0F, 1.0F}, x.data());
        const auto y = test.forward(x).values();
        QCOMPARE(std::vector<float>(y.begin(), y.end()), (std::vector<float>{12.5F, 34, 55}));
    }

    void refusesShapes_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::addColumn<QString>("got");
        QTest::newRow("features") << QList{2, 1, 1, 5} << "[2, 5]";
        QTest::newRow("maps") << QList{2, 2, 1, 4} << "[2, 4, 2, 1]";
    }
    void refusesShapes() {
        QFETCH(QList<int>, shape);
        QFETCH(QString, got);
        auto test = linear<float>(4, 3);
        const auto text = error_text<ShapeError>([&] {
            test.layer().output_shape({shape[0], shape[1], shape[2], shape[3]});
        });
        QCOMPARE(QString::fromStdString(text), "Linear expects 4 features, got input size " + got);
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        QTest::newRow("one image") << 1 << 5 << 3;
        QTest::newRow("odd batch") << 7 << 4 << 6;
        QTest::newRow("more features than groups") << 3 << 33 << 2;
        QTest::newRow("more images than groups") << 19 << 3 << 1;
    }
    void matchesCentralDifferences() {
        QFETCH(int, images);
        QFETCH(int, in);
        QFETCH(int, out);
        auto test = linear<double>(in, out);
        verify_gradients(test.layer(), random_tensor<double>({images, 1, 1, in}, 4));
    }

    void givesTheSameBitsWithAnyNumberOfThreads() {
        const auto x = random_tensor<float>({37, 1, 1, 50}, 1);
        const auto gradient = random_tensor<float>({37, 1, 1, 10}, 2);
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 4}) {
            auto test = linear<float>(50, 10, threads);
            const auto y = test.forward(x).values();
            const auto dx = test.backward(gradient).values();
            auto& result = results.emplace_back(y.begin(), y.end());
            std::ranges::copy(dx, std::back_inserter(result));
            for (auto* p : test.layer().parameters()) std::ranges::copy(p->gradient, std::back_inserter(result));
        }
        QCOMPARE(results[1], results[0]);
        QCOMPARE(results[2], results[0]);
    }

    void takesAnEmptyBatch() {
        auto test = linear<float>(4, 3);
        const Tensor<float> x(Shape{0, 1, 1, 4});
        QVERIFY((test.forward(x).shape() == Shape{0, 1, 1, 3}));
        test.backward(Tensor<float>(Shape{0, 1, 1, 3}));
        for (auto* p : test.layer().parameters()) {
            QVERIFY(std::ranges::all_of(p->gradient, [](float g) { return g == 0; }));
        }
    }
};

QTEST_APPLESS_MAIN(tst_Linear)
#include "tst_Linear.moc"
