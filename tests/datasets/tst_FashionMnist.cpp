#include "datasets/FashionMnist.h"
#include "tests/core/io/ErrorText.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace normscope;
using namespace normscope::datasets;
using normscope::testing::error_text;

namespace {

struct Moments {
    double mean;
    double std;
};

Moments moments_of(const Dataset& data) {
    std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width() * data.channels()));
    double sum = 0;
    double squares = 0;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.read_image(i, pixels);
        for (const double pixel : pixels) {
            sum += pixel;
            squares += pixel * pixel;
        }
    }
    const double count = static_cast<double>(data.size()) * static_cast<double>(pixels.size());
    return {sum / count, std::sqrt(squares / count - sum / count * (sum / count))};
}

std::vector<std::int64_t> counts_of(const Dataset& data) {
    std::vector<std::int64_t> counts(data.class_names().size());
    for (std::int64_t i = 0; i < data.size(); ++i) ++counts.at(static_cast<std::size_t>(data.label(i)));
    return counts;
}

}  // namespace

class tst_FashionMnist : public QObject {
    Q_OBJECT

   private slots:
    void sampleIsBalanced() {
        const auto split = load_fashion_mnist_sample();
        QCOMPARE(split.train->size(), 6000);
        QCOMPARE(split.eval->size(), 1000);
        QCOMPARE(split.train->height(), 28);
        QCOMPARE(split.train->width(), 28);
        QCOMPARE(split.train->channels(), 1);
        QCOMPARE(split.train->name(), "Fashion-MNIST (sample)");
        QCOMPARE(split.train->class_names().front(), "T-shirt/top");
        QCOMPARE(split.train->class_names().back(), "Ankle boot");
        QCOMPARE(counts_of(*split.train), std::vector<std::int64_t>(10, 600));
        QCOMPARE(counts_of(*split.eval), std::vector<std::int64_t>(10, 100));
    }

    void sampleLooksLikeTheWhole() {
        const auto moments = moments_of(*load_fashion_mnist_sample().train);
        QVERIFY2(std::abs(moments.mean - 0.2860) < 0.003, std::to_string(moments.mean).c_str());
        QVERIFY2(std::abs(moments.std - 0.3530) < 0.003, std::to_string(moments.std).c_str());
    }

    void wholeSet() {
        DataSplit split;
        const auto text = error_text([&] { split = load_fashion_mnist_full(); });
        if (!text.empty()) {
            QVERIFY2(text.find("package dataset-fashion-mnist") != std::string::npos, text.c_str());
            QSKIP("dataset-fashion-mnist is not installed");
        }
        QCOMPARE(split.train->size(), 60000);
        QCOMPARE(split.eval->size(), 10000);
        QCOMPARE(split.train->name(), "Fashion-MNIST");
        const auto moments = moments_of(*split.train);
        QVERIFY(std::abs(moments.mean - 0.2860) < 5e-5);
        QVERIFY(std::abs(moments.std - 0.3530) < 5e-5);
        // The sample begins as the whole does.
        const auto sample = load_fashion_mnist_sample();
        std::vector<float> a(784);
        std::vector<float> b(784);
        split.train->read_image(0, a);
        sample.train->read_image(0, b);
        QCOMPARE(a, b);
        QCOMPARE(split.train->label(0), sample.train->label(0));
    }

    void environmentComesFirst() {
        const auto usual = bundled_datasets_folder();
        const QTemporaryDir folder;
        qputenv("NORMSCOPE_DATASETS", folder.path().toLocal8Bit());
        const auto text = error_text([] { load_fashion_mnist_sample(); });
        qputenv("NORMSCOPE_DATASETS", usual.c_str());
        const auto chosen = bundled_datasets_folder();
        qunsetenv("NORMSCOPE_DATASETS");
        QVERIFY2(text.find(folder.path().toStdString()) != std::string::npos, text.c_str());
        QCOMPARE(chosen, usual);
    }
};

QTEST_APPLESS_MAIN(tst_FashionMnist)
#include "tst_FashionMnist.moc"
