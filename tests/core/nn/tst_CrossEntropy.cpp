#include "core/Error.h"
#include "core/nn/CrossEntropy.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/TorchFixture.h"

#include <QTest>

#include <array>
#include <limits>
#include <stdexcept>

using namespace normscope;
using namespace normscope::nn;
using namespace normscope::testing;

namespace {

std::vector<std::int64_t> random_labels(std::int64_t images, std::uint32_t classes) {
    RandomStream stream(1, "labels");
    std::vector<std::int64_t> labels;
    for (std::int64_t n = 0; n < images; ++n) labels.push_back(stream.below(classes));
    return labels;
}

Tensor<float> logits_of(const std::vector<float>& values, std::int64_t classes) {
    Tensor<float> logits({static_cast<std::int64_t>(values.size()) / classes, 1, 1, classes});
    std::ranges::copy(values, logits.data());
    return logits;
}

}  // namespace

class tst_CrossEntropy : public QObject {
    Q_OBJECT

   private slots:
    void isTheMeanNegativeLogLikelihood() {
        const auto logits = logits_of({0, 0, 0, 0, std::log(3.0F), 0, 0, 0}, 4);
        const std::array<std::int64_t, 2> labels{2, 0};
        const auto found = cross_entropy<float>(logits, labels, nullptr);
        QVERIFY(std::abs(found.loss - (std::log(4.0) + std::log(2.0)) / 2) < 1e-7);
    }

    void countsTheLargestLogit() {
        const auto logits = logits_of({1, 2, 0, 5, 4, 3, 0, 1, 2}, 3);
        const std::array<std::int64_t, 3> labels{1, 0, 0};
        QCOMPARE(cross_entropy<float>(logits, labels, nullptr).correct, 2);
    }

    void staysFiniteForLargeLogits() {
        const auto logits = logits_of({1e30F, -1e30F, 0, 88, 89, 1000}, 3);
        Tensor<float> gradient;
        const auto found = cross_entropy<float>(logits, std::array<std::int64_t, 2>{0, 2}, &gradient);
        QVERIFY(std::abs(found.loss) < 1e-30);
        for (const float g : gradient.values()) QVERIFY(std::isfinite(g));
    }

    void isNotFiniteForNaNOrInfinity_data() {
        QTest::addColumn<float>("bad");
        QTest::addColumn<int>("position");
        for (int i = 0; i < 3; ++i) {
            QTest::addRow("NaN at %d", i) << std::numeric_limits<float>::quiet_NaN() << i;
            QTest::addRow("infinity at %d", i) << std::numeric_limits<float>::infinity() << i;
        }
    }
    void isNotFiniteForNaNOrInfinity() {
        QFETCH(float, bad);
        QFETCH(int, position);
        auto logits = logits_of({1, 2, 3}, 3);
        logits.data()[position] = bad;
        QVERIFY(!std::isfinite(cross_entropy<float>(logits, std::array<std::int64_t, 1>{0}, nullptr).loss));
    }

    void refusesAnotherNumberOfLabels() {
        const auto logits = logits_of({1, 2, 3}, 3);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
                                 cross_entropy<float>(logits, std::array<std::int64_t, 2>{0, 1}, nullptr));
    }

    void refusesLabelsOutOfRange() {
        const auto logits = logits_of({1, 2, 3, 4, 5, 6}, 3);
        Tensor<float> gradient;
        for (const std::int64_t label : {3, -1, -100}) {
            QCOMPARE(error_text([&] {
                         cross_entropy<float>(logits, std::array<std::int64_t, 2>{0, label}, &gradient);
                     }),
                     "Target " + std::to_string(label) +
                         " is out of bounds: image 1 of the batch has this label, and there are 3 classes.");
        }
    }

    void refusesSmoothingOutOfRange() {
        const auto logits = logits_of({1, 2, 3}, 3);
        for (const double smoothing : {-0.1, 1.5, std::nan("")}) {
            const auto text =
                error_text([&] { cross_entropy<float>(logits, std::array<std::int64_t, 1>{0}, nullptr, smoothing); });
            QVERIFY2(text.starts_with("label_smoothing must be between 0.0 and 1.0. Got: "), text.c_str());
        }
    }

    /// Smoothing by one half over two classes: ¾ and ¼.
    void smoothsLabelsByHand() {
        const auto logits = logits_of({std::log(3.0F), 0}, 2);
        const double loss = cross_entropy<float>(logits, std::array<std::int64_t, 1>{0}, nullptr, 0.5).loss;
        QVERIFY(std::abs(loss - (0.75 * std::log(4.0 / 3) + 0.25 * std::log(4.0))) < 1e-7);
    }

    void takesAnEmptyBatch() {
        Tensor<float> gradient;
        const auto found = cross_entropy<float>(Tensor<float>({0, 1, 1, 3}), {}, &gradient, 0.1);
        QVERIFY(found.loss == 0 && found.correct == 0 && gradient.shape().size() == 0);
    }

    void matchesCentralDifferences_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("classes");
        QTest::addColumn<double>("smoothing");
        QTest::newRow("one image") << 1 << 10 << 0.0;
        QTest::newRow("odd batch") << 7 << 10 << 0.0;
        QTest::newRow("two classes") << 4 << 2 << 0.0;
        QTest::newRow("smooth") << 7 << 10 << 0.1;
        QTest::newRow("all smooth") << 3 << 4 << 1.0;
    }
    void matchesCentralDifferences() {
        QFETCH(int, images);
        QFETCH(int, classes);
        QFETCH(double, smoothing);
        auto logits = random_tensor<double>({images, 1, 1, classes}, 8, 0, 2);
        const auto labels = random_labels(images, static_cast<std::uint32_t>(classes));
        Tensor<double> gradient;
        cross_entropy<double>(logits, labels, &gradient, smoothing);
        std::vector<double> numeric;
        constexpr double h = 1e-5;
        for (double& logit : logits.values()) {
            const double before = logit;
            logit = before + h;
            const double above = cross_entropy<double>(logits, labels, nullptr, smoothing).loss;
            logit = before - h;
            const double below = cross_entropy<double>(logits, labels, nullptr, smoothing).loss;
            logit = before;
            numeric.push_back((above - below) / (2 * h));
        }
        const double error = relative_distance<double, double>(gradient.values(), numeric);
        QVERIFY2(error <= 1e-6, QByteArray::number(error).constData());
    }

    void smoothsLabelsAsPyTorch_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"0", "0.1", "0.5", "1"}) QTest::newRow(text) << text;
    }
    void smoothsLabelsAsPyTorch() {
        QFETCH(QString, text);
        static const TorchFixture fixture("torch_training.safetensors");
        const std::string prefix = "smoothing/" + text.toStdString() + "/";
        const auto logits = fixture.at(prefix + "logits").tensor<double>();
        const auto labels = fixture.at(prefix + "labels").as<std::int64_t>();
        Tensor<double> gradient;
        const double loss = cross_entropy<double>(logits, labels, &gradient, text.toDouble()).loss;
        QVERIFY(std::abs(loss / fixture.at(prefix + "loss").values[0] - 1) < 1e-14);
        const auto& expected = fixture.at(prefix + "dlogits").values;
        QVERIFY((relative_distance<double, double>(gradient.values(), expected) < 1e-14));
        QVERIFY(cross_entropy<double>(logits, labels, nullptr, text.toDouble()).loss == loss);
    }

    void refusesWhatIsNoShare() {
        const auto logits = logits_of({1, 2, 3}, 3);
        const std::array<std::int64_t, 1> labels{0};
        QVERIFY_THROWS_EXCEPTION(InputError, cross_entropy<float>(logits, labels, nullptr, 1.5));
        QVERIFY_THROWS_EXCEPTION(InputError, cross_entropy<float>(logits, labels, nullptr, -0.5));
    }

    /// Softmax sums to one, so each image's gradient sums to zero.
    void hasGradientsThatSumToZero() {
        const auto logits = random_tensor<double>({5, 1, 1, 10}, 8);
        Tensor<double> gradient;
        cross_entropy<double>(logits, random_labels(5, 10), &gradient);
        QVERIFY(gradient.rows().rowwise().sum().cwiseAbs().maxCoeff() < 1e-15);
    }
};

QTEST_APPLESS_MAIN(tst_CrossEntropy)
#include "tst_CrossEntropy.moc"
