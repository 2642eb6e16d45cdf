#include "core/train/BatchLoader.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <array>

using namespace normscope;
using namespace normscope::testing;

class tst_BatchLoader : public QObject {
    Q_OBJECT

   private slots:
    void normalizesEachChannel() {
        const SyntheticDataset data(10, 8, 3);
        DataRecipe recipe;
        recipe.mean = {0.25, 0.5, 0};
        recipe.std = {0.5, 0.25, 2};
        ThreadPool pool(1);
        ImageBatch batch;
        load_batch(data, std::array<std::int64_t, 3>{7, 0, 7}, recipe, pool, batch);
        QVERIFY((batch.images.shape() == Shape{3, 8, 8, 3}));
        QCOMPARE(batch.labels, (std::vector<std::int64_t>{data.label(7), data.label(0), data.label(7)}));
        std::vector<float> pixels(8 * 8 * 3);
        data.read_image(7, pixels);
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            const double expected = (pixels[i] - recipe.mean[i % 3]) / recipe.std[i % 3];
            QVERIFY(std::abs(batch.images.image(0)[i] - expected) < 1e-6);
            QVERIFY(batch.images.image(2)[i] == batch.images.image(0)[i]);
        }
    }

    void givesTheSameBitsWithAnyNumberOfThreads() {
        const SyntheticDataset data(50);
        DataRecipe recipe;
        std::vector<std::int64_t> indices;
        for (std::int64_t i = 49; i >= 0; --i) indices.push_back(i);
        ThreadPool one(1), four(4);
        ImageBatch first, second;
        load_batch(data, indices, recipe, one, first);
        load_batch(data, indices, recipe, four, second);
        QVERIFY(std::ranges::equal(first.images.values(), second.images.values()));
        QCOMPARE(first.labels, second.labels);
    }

    void takesABatchOfAnotherSize() {
        const SyntheticDataset data(50);
        ThreadPool pool(2);
        ImageBatch batch;
        load_batch(data, std::array<std::int64_t, 3>{1, 2, 3}, {}, pool, batch);
        load_batch(data, std::array<std::int64_t, 1>{4}, {}, pool, batch);
        QCOMPARE(batch.images.shape().n, 1);
        QCOMPARE(batch.labels.size(), 1U);
    }
};

QTEST_APPLESS_MAIN(tst_BatchLoader)
#include "tst_BatchLoader.moc"
