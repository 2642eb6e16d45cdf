#include "core/instruments/ChannelMoments.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

/// Images begin … end − 1 of a batch.
Tensor<float> part_of(const Tensor<float>& x, std::int64_t begin, std::int64_t end) {
    Tensor<float> part({end - begin, x.shape().h, x.shape().w, x.shape().c});
    std::copy_n(x.image(begin), part.shape().size(), part.data());
    return part;
}

}  // namespace

class tst_ChannelMoments : public QObject {
    Q_OBJECT

   private slots:
    void isExact_data() {
        QTest::addColumn<double>("mean");
        for (const double mean : {0.0, 1e3, 1e6}) QTest::addRow("mean %g", mean) << mean;
    }
    void isExact() {
        QFETCH(double, mean);
        const auto x = random_tensor<float>({7, 5, 3, 3}, 1, mean, 1);
        ThreadPool pool(2);
        const auto found = channel_moments(x, pool);
        QCOMPARE(found.count, 105);
        for (std::size_t c = 0; c < 3; ++c) {
            const Moments expected = moments_of(channel_of(x, static_cast<std::int64_t>(c)));
            QVERIFY(is_close(found.mean[c], expected.mean, 1e-14));
            QVERIFY(is_close(found.biased_var(c), expected.biased_var, 1e-12));
        }
    }

    void mergesUnevenParts_data() { isExact_data(); }
    void mergesUnevenParts() {
        QFETCH(double, mean);
        const auto x = random_tensor<float>({9, 4, 4, 2}, 2, mean, 1);
        ThreadPool pool(1);
        ChannelMoments merged;
        for (const auto& [begin, end] : {std::pair{0, 4}, {4, 4}, {4, 5}, {5, 9}}) {
            merged.merge(channel_moments(part_of(x, begin, end), pool));
        }
        const auto whole = channel_moments(x, pool);
        QCOMPARE(merged.count, whole.count);
        for (std::size_t c = 0; c < 2; ++c) {
            QVERIFY(is_close(merged.mean[c], whole.mean[c], 1e-14));
            QVERIFY(is_close(merged.m2[c], whole.m2[c], 1e-11));
        }
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto x = random_tensor<float>({13, 5, 5, 7}, 3);
        ThreadPool one(1), four(4);
        QCOMPARE(channel_moments(x, four).mean, channel_moments(x, one).mean);
        QCOMPARE(channel_moments(x, four).m2, channel_moments(x, one).m2);
    }
};

QTEST_APPLESS_MAIN(tst_ChannelMoments)
#include "tst_ChannelMoments.moc"
