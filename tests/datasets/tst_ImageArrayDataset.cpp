#include "datasets/DatasetSlice.h"
#include "datasets/ImageArrayDataset.h"
#include "tests/core/io/ErrorText.h"

#include <QTest>

#include <array>
#include <stdexcept>

using namespace normscope;
using namespace normscope::datasets;
using normscope::testing::error_text;

namespace {

std::vector<std::byte> counting(std::size_t count) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(i));
    return bytes;
}

/// `count` images of 2 × 1 × 3, labels 0, 1, 2 …
std::shared_ptr<const Dataset> sample(std::int64_t count = 4) {
    const auto size = static_cast<std::size_t>(count);
    return std::make_shared<ImageArrayDataset>("sample", ImageArrayShape{count, 2, 1, 3}, counting(size * 6),
                                               counting(size), std::vector<std::string>(size, "class"));
}

}  // namespace

class tst_ImageArrayDataset : public QObject {
    Q_OBJECT

   private slots:
    void readsImages() {
        const auto data = sample();
        QCOMPARE(data->size(), 4);
        QCOMPARE(data->height(), 2);
        QCOMPARE(data->width(), 1);
        QCOMPARE(data->channels(), 3);
        QCOMPARE(data->label(3), 3);
        std::array<float, 6> pixels{};
        data->read_image(1, pixels);
        for (std::size_t i = 0; i < pixels.size(); ++i) QCOMPARE(pixels[i], static_cast<float>(6 + i) / 255.0F);
    }

    void pixelsSpanZeroToOne() {
        const ImageArrayDataset data("x", {1, 16, 16, 1}, counting(256), counting(1), {"a"});
        std::vector<float> pixels(256);
        data.read_image(0, pixels);
        QCOMPARE(pixels.front(), 0.0F);
        QCOMPARE(pixels.back(), 1.0F);
    }

    void refusesWrongUse() {
        const auto data = sample();
        std::array<float, 6> pixels{};
        QVERIFY(!error_text<std::out_of_range>([&] { data->read_image(4, pixels); }).empty());
        QVERIFY(!error_text<std::out_of_range>([&] { data->read_image(-1, pixels); }).empty());
        QVERIFY(!error_text<std::out_of_range>([&] { data->label(4); }).empty());
        QVERIFY(!error_text<std::invalid_argument>([&] { data->read_image(0, std::span(pixels).first(5)); }).empty());
    }

    void refusesWrongSizes_data() {
        QTest::addColumn<qint64>("count");
        QTest::addColumn<qint64>("height");
        QTest::addColumn<int>("labels");
        QTest::addColumn<int>("classes");
        QTest::newRow("good") << qint64{2} << qint64{3} << 2 << 2;
        QTest::newRow("no image") << qint64{0} << qint64{3} << 0 << 2;
        QTest::newRow("pixels missing") << qint64{2} << qint64{4} << 2 << 2;
        QTest::newRow("negative") << qint64{-2} << qint64{-3} << 2 << 2;
        QTest::newRow("overflow") << qint64{1LL << 62} << qint64{1LL << 62} << 2 << 2;
        QTest::newRow("label missing") << qint64{2} << qint64{3} << 1 << 2;
        QTest::newRow("label without class") << qint64{2} << qint64{3} << 2 << 1;
    }
    void refusesWrongSizes() {
        QFETCH(qint64, count);
        QFETCH(qint64, height);
        QFETCH(int, labels);
        QFETCH(int, classes);
        const auto text = error_text<std::invalid_argument>([&] {
            ImageArrayDataset("x", {count, height, 1, 1}, counting(6), counting(static_cast<std::size_t>(labels)),
                              std::vector<std::string>(static_cast<std::size_t>(classes), "c"));
        });
        QCOMPARE(text.empty(), QString(QTest::currentDataTag()) == "good");
    }

    void sliceIsAPart() {
        const DatasetSlice slice(sample(5), 2, 3);
        QCOMPARE(slice.size(), 3);
        QCOMPARE(slice.label(0), 2);
        QCOMPARE(slice.channels(), 3);
        QCOMPARE(slice.name(), "sample");
        std::array<float, 6> pixels{};
        slice.read_image(2, pixels);
        QCOMPARE(pixels[0], 24.0F / 255.0F);
        QVERIFY(!error_text<std::out_of_range>([&] { slice.label(3); }).empty());
        QVERIFY(!error_text<std::out_of_range>([] { DatasetSlice(sample(5), 3, 3); }).empty());
        QVERIFY(!error_text<std::out_of_range>([] { DatasetSlice(sample(5), -1, 3); }).empty());
    }
};

QTEST_APPLESS_MAIN(tst_ImageArrayDataset)
#include "tst_ImageArrayDataset.moc"
