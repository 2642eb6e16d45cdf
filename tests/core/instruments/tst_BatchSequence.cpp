#include "core/instruments/BatchSequence.h"
#include "tests/core/instruments/NetworksUnderTest.h"

#include <QTest>

#include <algorithm>
#include <stdexcept>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

std::vector<int> sizes_of(const BatchSequence& batches) {
    std::vector<int> sizes;
    for (std::int64_t i = 0; i < batches.size(); ++i) sizes.push_back(static_cast<int>(batches.images_of(i).size()));
    return sizes;
}

std::vector<std::int64_t> all_images_of(const BatchSequence& batches) {
    std::vector<std::int64_t> images;
    for (std::int64_t i = 0; i < batches.size(); ++i)
        std::ranges::copy(batches.images_of(i), std::back_inserter(images));
    return images;
}

}  // namespace

class tst_BatchSequence : public QObject {
    Q_OBJECT

   private slots:
    void cutsBatches_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("batch_size");
        QTest::addColumn<std::vector<int>>("sizes");
        QTest::newRow("even") << 16 << 8 << std::vector{8, 8};
        QTest::newRow("the rest") << 19 << 8 << std::vector{8, 8, 3};
        QTest::newRow("a single image joins the batch before") << 17 << 8 << std::vector{8, 9};
        QTest::newRow("single images if asked for") << 3 << 1 << std::vector{1, 1, 1};
        QTest::newRow("only one image") << 1 << 8 << std::vector{1};
        QTest::newRow("none") << 0 << 8 << std::vector<int>{};
    }
    void cutsBatches() {
        QFETCH(int, images);
        QFETCH(int, batch_size);
        QFETCH(std::vector<int>, sizes);
        const SyntheticDataset data(80);
        const auto batches = first_images(data, images, batch_size);
        QCOMPARE(sizes_of(batches), sizes);
        QCOMPARE(batches.images(), images);
        const auto all = all_images_of(batches);
        QVERIFY(std::ranges::is_sorted(all) && static_cast<int>(all.size()) == images);
    }

    void refusesEmptyBatches() {
        const SyntheticDataset data(8);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, first_images(data, 8, 0));
    }

    void loadsNormalizedImages() {
        const SyntheticDataset data(8);
        const auto batches = first_images(data, 8, 3);
        ThreadPool pool(1);
        ImageBatch batch;
        batches.load(2, pool, batch);
        QCOMPARE(batch.images.shape(), (Shape{2, 8, 8, 1}));
        QCOMPARE(batch.labels, (std::vector<std::int64_t>{data.label(6), data.label(7)}));
        std::vector<float> pixels(64);
        data.read_image(7, pixels);
        QVERIFY(std::abs(batch.images.at(1, 0, 5, 0) - (pixels[5] - 0.3F) / 0.25F) < 1e-5F);
    }

    void takesHeldOutImagesInOrder() {
        const Experiment experiment(synthetic_recipe(), synthetic_split(80, 30));
        QCOMPARE(sizes_of(held_out_images(experiment, 20)), (std::vector{8, 8, 4}));
        QCOMPARE(held_out_images(experiment, 1000).images(), 30);
        QCOMPARE(held_out_images(experiment, 1000).images_of(0)[7], 7);
        QCOMPARE(held_out_images(Experiment(synthetic_recipe(), synthetic_split(80, 0)), 20).size(), 0);
    }

    void takesTrainingImagesShuffled() {
        const Experiment experiment(synthetic_recipe(), synthetic_split(80, 30));
        auto images = all_images_of(training_images(experiment));
        QVERIFY(!std::ranges::is_sorted(images));
        QCOMPARE(all_images_of(training_images(experiment)), images);
        const auto some = all_images_of(training_images(experiment, 3));
        QCOMPARE(some, std::vector<std::int64_t>(images.begin(), images.begin() + 24));
        std::ranges::sort(images);
        for (std::int64_t i = 0; i < 80; ++i) QCOMPARE(images[i], i);
        QCOMPARE(training_images(experiment, 100).images(), 80);
    }
};

QTEST_APPLESS_MAIN(tst_BatchSequence)
#include "tst_BatchSequence.moc"
