#include "core/nn/Flatten.h"
#include "tests/core/nn/GradientCheck.h"
#include "tests/core/nn/LayerUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

class tst_Flatten : public QObject {
    Q_OBJECT

   private slots:
    void keepsTheValuesInMemoryOrder() {
        auto test = layer_under_test<float, Flatten<float>>();
        const auto x = random_tensor<float>({3, 2, 5, 4}, 1);
        const auto& y = test.forward(x);
        QVERIFY((y.shape() == Shape{3, 1, 1, 40}));
        QVERIFY(std::ranges::equal(y.values(), x.values()));
        const auto& dx = test.backward(y);
        QVERIFY(dx.shape() == x.shape());
        QVERIFY(std::ranges::equal(dx.values(), x.values()));
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<int>("images");
        for (const int images : {1, 3}) QTest::addRow("%d images", images) << images;
    }
    void matchesCentralDifferences() {
        QFETCH(int, images);
        auto test = layer_under_test<double, Flatten<double>>();
        verify_gradients(test.layer(), random_tensor<double>({images, 3, 2, 2}, 4));
    }
};

QTEST_APPLESS_MAIN(tst_Flatten)
#include "tst_Flatten.moc"
