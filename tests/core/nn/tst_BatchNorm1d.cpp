#include "core/nn/BatchNorm1d.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/HandComputed.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

using Options = BatchNorm1d<float>::Options;

}  // namespace

class tst_BatchNorm1d : public QObject {
    Q_OBJECT

   private slots:
    void takesVectorsAndSequences() {
        const BatchNorm1d<float> layer({.channels = 5});
        QCOMPARE(layer.kind(), "BatchNorm1d");
        QVERIFY((layer.output_shape({3, 1, 1, 5}) == Shape{3, 1, 1, 5}));
        QVERIFY((layer.output_shape({3, 1, 7, 5}) == Shape{3, 1, 7, 5}));
        QCOMPARE(error_text<ShapeError>([&] {
                     layer.output_shape({3, 2, 7, 5});
                 }),
                 "BatchNorm1d: expected 2D or 3D input, got input size [3, 5, 2, 7]");
        QCOMPARE(error_text<ShapeError>([&] {
                     layer.output_shape({3, 1, 1, 4});
                 }),
                 "BatchNorm1d has 5 channels, got input size [3, 4]");
    }

    void normalizesByHand() {
        auto test = LayerUnderTest<double, BatchNorm1d<double>>(
            std::make_unique<BatchNorm1d<double>>(BatchNorm1d<double>::Options{.channels = 1, .eps = 0.5}));
        test.layer().parameters()[0]->value[0] = 4;
        test.layer().parameters()[1]->value[0] = 10;
        for (const Shape shape : {Shape{4, 1, 1, 1}, Shape{2, 1, 2, 1}}) {
            const auto y = values_of(test.forward(tensor_of<double>(shape, {1, 2, 3, 6})));
            QVERIFY(distance(y, std::vector<double>{6, 8, 10, 16}) < 1e-14);
        }
        QCOMPARE(test.layer().num_batches_tracked(), 2);
    }

    void isBatchNorm2dOnTheSameValues() {
        auto vectors =
            LayerUnderTest<float, BatchNorm1d<float>>(std::make_unique<BatchNorm1d<float>>(Options{.channels = 3}));
        auto maps = norm<float>({.channels = 3});
        const auto x = random_tensor<float>({4, 1, 6, 3}, 1, 2), gradient = random_tensor<float>({4, 1, 6, 3}, 2);
        for (const Mode mode : {Mode::train, Mode::eval}) {
            QCOMPARE(values_of(vectors.forward(x, mode)), values_of(maps.forward(x, mode)));
            QCOMPARE(values_of(vectors.backward(gradient)), values_of(maps.backward(gradient)));
        }
        QCOMPARE(copy_of(vectors.layer().running_var()), copy_of(maps.layer().running_var()));
    }

    void refusesOneValuePerChannel_data() {
        QTest::addColumn<bool>("sequences");
        QTest::addColumn<QString>("size");
        QTest::newRow("vectors") << false << "[1, 5]";
        QTest::newRow("sequences") << true << "[1, 5, 1]";
    }
    void refusesOneValuePerChannel() {
        QFETCH(bool, sequences);
        QFETCH(QString, size);
        auto test = LayerUnderTest<float, BatchNorm1d<float>>(
            std::make_unique<BatchNorm1d<float>>(Options{.channels = 5}, sequences));
        const auto x = random_tensor<float>({1, 1, 1, 5}, 1);
        const std::string text = "Expected more than 1 value per channel when training, got input size torch.Size(" +
                                 size.toStdString() + ")";
        QCOMPARE(error_text([&] { test.forward(x); }), text);
        QCOMPARE(test.layer().num_batches_tracked(), 0);
        test.forward(x, Mode::eval);
        const auto copy = test.layer().clone();
        const ParameterArena<float> arena(copy->parameters());
        QCOMPARE(error_text([&] { copy->forward(x, test.pass()); }), text);
    }

    void isClonedAsItself() {
        auto test = LayerUnderTest<float, BatchNorm1d<float>>(
            std::make_unique<BatchNorm1d<float>>(Options{.channels = 2, .momentum = std::nullopt}));
        test.forward(random_tensor<float>({4, 1, 1, 2}, 1));
        const auto copy = test.layer().clone();
        const auto& other = dynamic_cast<const BatchNorm1d<float>&>(*copy);
        QCOMPARE(copy_of(other.running_mean()), copy_of(std::as_const(test.layer()).running_mean()));
        QVERIFY(other.num_batches_tracked() == 1 && !other.options().momentum);
    }
};

QTEST_APPLESS_MAIN(tst_BatchNorm1d)
#include "tst_BatchNorm1d.moc"
