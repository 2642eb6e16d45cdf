#include "core/nn/Dropout.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

#include <algorithm>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

std::vector<double> drawn(const std::string& name, const Shape& shape, PassRandom random, int threads = 1) {
    Dropout<float> layer(0.5);
    layer.set_name(name);
    ThreadPool pool(threads);
    Tensor<float> x(shape);
    x.fill(1);
    return values_of(layer.forward(x, {pool, Mode::train, true, random}));
}

}  // namespace

class tst_Dropout : public QObject {
    Q_OBJECT

   private slots:
    void keepsTheShape() { QVERIFY((Dropout<float>().output_shape({3, 5, 7, 2}) == Shape{3, 5, 7, 2})); }

    void refusesOtherProbabilities_data() {
        QTest::addColumn<double>("p");
        QTest::addColumn<QString>("text");
        QTest::newRow("above") << 1.5 << "1.5";
        QTest::newRow("below") << -0.1 << "-0.1";
        QTest::newRow("NaN") << std::nan("") << "nan";
    }
    void refusesOtherProbabilities() {
        QFETCH(double, p);
        QFETCH(QString, text);
        QCOMPARE(error_text([&] { const Dropout<float> layer(p); }),
                 "Dropout: the probability has to be between 0 and 1, not " + text.toStdString() + ".");
    }

    void dropsAndScales_data() {
        QTest::addColumn<double>("p");
        for (const double p : {0.0, 0.1, 0.5, 0.8, 1.0}) QTest::addRow("%g", p) << p;
    }
    void dropsAndScales() {
        QFETCH(double, p);
        auto test = layer_under_test<double, Dropout<double>>(p);
        const auto x = random_tensor<double>({20, 10, 10, 5}, 1, 3);
        const auto y = values_of(test.forward(x)), in = values_of(x);
        std::int64_t dropped = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            if (y[i] == 0) ++dropped;
            QVERIFY(y[i] == 0 || y[i] == in[i] * (1 / (1 - p)));
        }
        // 10 000 coins: within five standard deviations.
        QVERIFY(std::abs(static_cast<double>(dropped) - 1e4 * p) <= 5 * std::sqrt(1e4 * p * (1 - p)));
        const auto g = random_tensor<double>(x.shape(), 2, 3);
        const auto dx = values_of(test.backward(g)), gradient = values_of(g);
        for (std::size_t i = 0; i < y.size(); ++i) QVERIFY(dx[i] == (y[i] == 0 ? 0 : gradient[i] * (1 / (1 - p))));
    }

    void isIdentityInEvalMode() {
        auto test = layer_under_test<float, Dropout<float>>(0.7);
        const auto x = random_tensor<float>({3, 4, 4, 2}, 1);
        QCOMPARE(values_of(test.forward(x, Mode::eval)), values_of(x));
        QCOMPARE(values_of(test.layer().backward(x, test.pass(Mode::eval), true)), values_of(x));
    }

    void drawsByNameSeedDrawAndImage() {
        const Shape shape{3, 4, 4, 8};
        const auto first = drawn("dropout1", shape, {1, 7});
        QCOMPARE(drawn("dropout1", shape, {1, 7}, 4), first);
        QVERIFY(drawn("dropout2", shape, {1, 7}) != first);
        QVERIFY(drawn("dropout1", shape, {2, 7}) != first);
        QVERIFY(drawn("dropout1", shape, {1, 8}) != first);
        QVERIFY(!std::equal(first.begin(), first.begin() + 128, first.begin() + 128));
        // A smaller batch of the same draw has the same zeros.
        const auto fewer = drawn("dropout1", {2, 4, 4, 8}, {1, 7});
        QVERIFY(std::equal(fewer.begin(), fewer.end(), first.begin()));
    }
};

QTEST_APPLESS_MAIN(tst_Dropout)
#include "tst_Dropout.moc"
