#include "core/kernels/NormPooling.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/ReLU.h"
#include "tests/core/kernels/KernelTest.h"

#include <QTest>

#include <limits>

using namespace normscope;
using namespace normscope::kernels;
using namespace normscope::testing;

Q_DECLARE_METATYPE(normscope::Shape)

namespace {

/// Few different values, so that windows have ties, and some NaN.
Tensor<float> tensor_with_ties(const Shape& shape) {
    Tensor<float> tensor(shape);
    RandomStream stream(1, "ties");
    for (float& value : tensor.values()) {
        value = static_cast<float>(stream.below(4)) - 1;
        if (stream.below(20) == 0) value = std::numeric_limits<float>::quiet_NaN();
    }
    return tensor;
}

std::vector<float> values_of(const Tensor<float>& tensor) {
    return {tensor.values().begin(), tensor.values().end()};
}

}  // namespace

/// Against the layers.
class tst_MaxPool : public QObject {
    Q_OBJECT

   private slots:
    void equalsTheLayers_data() {
        QTest::addColumn<QString>("isa");
        QTest::addColumn<Shape>("shape");
        QTest::addColumn<bool>("relu");
        for (const Shape& shape : {Shape{2, 6, 8, 16}, {3, 5, 7, 5}, {1, 2, 2, 1}, {2, 9, 4, 33}, {0, 4, 4, 3}}) {
            for (const bool relu : {false, true}) {
                const QString name = QString::fromStdString(to_string(shape)) + (relu ? ", ReLU" : "");
                for_each_isa(name, [&](const QString& isa, const QByteArray& row) {
                    QTest::newRow(row) << isa << shape << relu;
                });
            }
        }
    }
    void equalsTheLayers() {
        QFETCH(QString, isa);
        QFETCH(Shape, shape);
        QFETCH(bool, relu);
        const WithIsa use(isa);
        const auto x = tensor_with_ties(shape);
        ThreadPool pool(1);
        const nn::Pass pass{pool};
        nn::ReLU<float> rectifier;
        nn::MaxPool2d<float> layer(2);
        const Tensor<float>& y = layer.forward(relu ? rectifier.forward(x, pass) : x, pass);
        const auto dy = random_tensor<float>(y.shape(), 2);
        const Tensor<float>& before_pool = layer.backward(dy, pass, true);
        const Tensor<float>& dx = relu ? rectifier.backward(before_pool, pass, true) : before_pool;

        const PoolImage image{shape.h, shape.w, shape.c, relu};
        std::vector<float> found_y(y.shape().size(), -7), found_dx(shape.size(), -7);
        for (std::int64_t n = 0; n < shape.n; ++n) {
            max_pool(image, x.image(n), found_y.data() + n * y.shape().image_size(), y.shape().w * shape.c);
            max_pool_backward(image, x.image(n), dy.image(n), found_dx.data() + n * shape.image_size(),
                              shape.w * shape.c);
        }
        QVERIFY(same_bits(found_y, values_of(y)));
        QVERIFY(same_bits(found_dx, values_of(dx)));
    }
};

QTEST_APPLESS_MAIN(tst_MaxPool)
#include "tst_MaxPool.moc"
