#include "core/train/BatchAhead.h"
#include "tests/core/train/SyntheticDataset.h"

#include <QTest>

#include <atomic>
#include <chrono>
#include <stdexcept>

using namespace normscope;
using namespace normscope::testing;

namespace {

constexpr std::chrono::microseconds always{0};

/// Counts who reads; image 13 cannot be read.
class WatchedDataset : public SyntheticDataset {
   public:
    using SyntheticDataset::SyntheticDataset;
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        if (index == 13) throw std::runtime_error("image 13 is gone");
        if (std::this_thread::get_id() != m_owner) ++reads_elsewhere;
        SyntheticDataset::read_image(index, pixels);
    }
    mutable std::atomic<int> reads_elsewhere{0};

   private:
    std::thread::id m_owner = std::this_thread::get_id();
};

BatchRequest request_of(std::shared_ptr<const Dataset> data, std::vector<std::int64_t> indices) {
    BatchRequest request{.data = std::move(data), .indices = std::move(indices)};
    request.recipe.augment = {.flip = true, .shift = 2, .crop = 0.7, .brightness = 0.2, .contrast = 0.3};
    request.augment = {.seed = 4, .epoch = 2};
    return request;
}

}  // namespace

class tst_BatchAhead : public QObject {
    Q_OBJECT

   private slots:
    void givesTheSameBatchAnnouncedOrNot() {
        const auto data = std::make_shared<WatchedDataset>(80);
        const BatchRequest first = request_of(data, {1, 2, 3, 4, 5}), second = request_of(data, {9, 8, 7});
        BatchAhead ahead(always);
        verify_equals_direct_load(ahead.get(first, m_pool), first);
        QCOMPARE(data->reads_elsewhere, 0);
        ahead.announce(second);
        verify_equals_direct_load(ahead.get(second, m_pool), second);
        QCOMPARE(data->reads_elsewhere, 3);
    }

    void dropsAnAnnouncementThatDoesNotHold_data() {
        QTest::addColumn<int>("changed");
        for (const char* what : {"indices", "epoch", "seed", "augmentation", "normalization", "data set"}) {
            static int row = 0;
            QTest::newRow(what) << row++;
        }
    }
    void dropsAnAnnouncementThatDoesNotHold() {
        QFETCH(int, changed);
        const auto data = std::make_shared<WatchedDataset>(80);
        BatchRequest request = request_of(data, {1, 2, 3});
        BatchAhead ahead(always);
        ahead.announce(request);
        if (changed == 0) request.indices = {1, 2, 4};
        if (changed == 1) request.augment.epoch = 3;
        if (changed == 2) request.augment.seed = 5;
        if (changed == 3) request.recipe.augment.flip = false;
        if (changed == 4) request.recipe.mean = {0.5};
        if (changed == 5) request.data = std::make_shared<WatchedDataset>(80, 12);
        verify_equals_direct_load(ahead.get(request, m_pool), request);
    }

    void tellsAnErrorWhereTheBatchIsUsed() {
        const auto data = std::make_shared<WatchedDataset>(80);
        const BatchRequest broken = request_of(data, {12, 13}), whole = request_of(data, {12, 14});
        BatchAhead ahead(always);
        ahead.announce(broken);
        QVERIFY_EXCEPTION_THROWN(ahead.get(broken, m_pool), std::runtime_error);
        ahead.announce(broken);
        verify_equals_direct_load(ahead.get(whole, m_pool), whole);
    }

    void endsWithABatchUnderWay() {
        BatchAhead ahead(always);
        ahead.announce(request_of(std::make_shared<WatchedDataset>(80), {1, 2, 3}));
    }

    void paysForSlowBatchesOnly() {
        const auto data = std::make_shared<WatchedDataset>(80);
        BatchAhead never(std::chrono::hours(1)), always_ahead(always);
        never.get(request_of(data, {1}), m_pool);
        always_ahead.get(request_of(data, {1}), m_pool);
        QVERIFY(!never.pays());
        QVERIFY(always_ahead.pays());
    }

   private:
    void verify_equals_direct_load(const ImageBatch& found, const BatchRequest& request) {
        ImageBatch expected;
        load_batch(*request.data, request.indices, request.recipe, m_pool, expected, request.augment);
        QCOMPARE(found.labels, expected.labels);
        QCOMPARE(found.images.shape(), expected.images.shape());
        QVERIFY(std::ranges::equal(found.images.values(), expected.images.values()));
    }

    ThreadPool m_pool{1};
};

QTEST_APPLESS_MAIN(tst_BatchAhead)
#include "tst_BatchAhead.moc"
