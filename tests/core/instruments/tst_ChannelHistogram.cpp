#include "core/instruments/ChannelHistogram.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

#include <limits>
#include <numeric>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

std::vector<float> normal_values(std::size_t count, double mean, double deviation) {
    std::vector<float> values(count);
    fill_normal<float>(values, 3, mean, deviation);
    return values;
}

std::int64_t sum_of(const std::vector<std::int64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

}  // namespace

class tst_ChannelHistogram : public QObject {
    Q_OBJECT

   private slots:
    void countsAsOneWouldByHand() {
        const std::vector<float> values{-9, 0, 0.5F, 0.99F, 1, 2.5F, 3.999F, 4, 4.5F, 100};
        const auto found = channel_histogram(values, {.lower = 0, .width = 1, .count = 4});
        QCOMPARE(found.counts, (std::vector<std::int64_t>{4, 1, 1, 4}));  // outliers in the edge bins
        QCOMPARE(found.below, 1);
        QCOMPARE(found.above, 2);  // 4 is the end of the last bin, not beyond it
        QCOMPARE(found.zeros, 1);
        QCOMPARE(found.minimum, -9.0);
        QCOMPARE(found.maximum, 100.0);
        QCOMPARE(found.values, 10);
        QCOMPARE(found.finite(), 10);
    }

    void equalsAPlainCount_data() {
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("deviation");
        for (const double mean : {0.0, -3.0, 1e3, 1e6}) {
            for (const double deviation : {1e-3, 1.0, 100.0}) {
                QTest::addRow("%g ± %g", mean, deviation) << mean << deviation;
            }
        }
    }
    void equalsAPlainCount() {
        QFETCH(double, mean);
        QFETCH(double, deviation);
        const auto values = normal_values(5000, mean, deviation);
        const auto bins = bins_for(values, 48);
        const auto found = channel_histogram(values, bins);
        std::vector<std::int64_t> expected(static_cast<std::size_t>(bins.count));
        for (const float value : values) {
            std::int64_t bin = 0;  // the last one that begins at or below the value
            while (bin + 1 < bins.count && bins.lower + bins.width * static_cast<double>(bin + 1) <= value) ++bin;
            ++expected[bin];
        }
        // A value on an edge may go either way by rounding.
        std::int64_t moved = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) moved += std::abs(expected[i] - found.counts[i]);
        QVERIFY2(moved <= 4, qPrintable(QString::number(moved)));
        QCOMPARE(sum_of(found.counts), 5000);
        const std::vector<double> exact(values.begin(), values.end());
        const Moments moments = moments_of(exact);
        QVERIFY(is_close(found.mean, moments.mean, 1e-13));
        QVERIFY(std::abs(found.var - moments.biased_var) <= 1e-9 * moments.biased_var);
    }

    void binsFollowTheSpreadNotTheMean() {
        for (const double mean : {0.0, 1e3, -1e4}) {
            const auto values = normal_values(20000, mean, 0.1);
            const auto found = channel_histogram(values, bins_for(values, 48));
            // ± 3.29 σ and some air
            QVERIFY(found.bins.lower > mean - 0.45 && found.bins.upper() < mean + 0.45);
            QVERIFY(found.bins.lower < mean - 0.28 && found.bins.upper() > mean + 0.28);
            const auto used = std::ranges::count_if(found.counts, [](std::int64_t count) { return count > 0; });
            QVERIFY2(used >= found.bins.count - 4, qPrintable(QString::number(used)));
            QVERIFY(found.bins.count >= 24);
        }
    }

    void binsAreNotFinerThanFloats() {
        // Floats around a million are 1/16 apart: a deviation of 0.2 leaves some 20 different values.
        const auto values = normal_values(20000, 1e6, 0.2);
        const auto found = channel_histogram(values, bins_for(values, 48));
        QCOMPARE(std::fmod(found.bins.width, 0.0625), 0.0);
        QVERIFY(found.bins.count < 40);
        for (std::size_t i = 2; i + 2 < found.counts.size(); ++i) QVERIFY(found.counts[i] > 0);
        QCOMPARE(sum_of(found.counts), 20000);
    }

    void outliersDoNotWidenTheBins() {
        auto values = normal_values(10000, 0, 1);
        values[17] = 1e6F;
        values[18] = -500;
        const auto bins = bins_for(values, 40);
        QVERIFY(bins.lower > -6 && bins.upper() < 6);
        const auto found = channel_histogram(values, bins);
        QVERIFY(found.above >= 1 && found.below >= 1);
        QCOMPARE(found.maximum, 1e6);
        QCOMPARE(sum_of(found.counts), 10000);
    }

    void fewValuesWithAnOutlierToo() {
        auto values = normal_values(60, 5, 1);
        values[3] = -1e9F;
        const auto bins = bins_for(values, 40);
        QVERIFY2(bins.lower > -20, qPrintable(QString::number(bins.lower)));
        QCOMPARE(channel_histogram(values, bins).below, 1);
    }

    void aConstantHasBinsAroundIt_data() {
        QTest::addColumn<float>("constant");
        for (const float constant : {0.0F, 1.0F, -3e4F, 1e-8F, 3e38F}) QTest::addRow("%g", constant) << constant;
    }
    void aConstantHasBinsAroundIt() {
        QFETCH(float, constant);
        const std::vector<float> values(100, constant);
        const auto bins = bins_for(values, 40);
        QVERIFY(bins.lower < constant && bins.upper() > constant && bins.width > 0);
        const auto found = channel_histogram(values, bins);
        QCOMPARE(std::ranges::max(found.counts), 100);
        QCOMPARE(found.var, 0.0);
    }

    void notFiniteValuesAreCountedApart() {
        std::vector<float> values = normal_values(100, 0, 1);
        values[0] = values[1] = not_a_number;
        values[2] = infinity;
        values[3] = values[4] = values[5] = -infinity;
        const auto found = channel_histogram(values, bins_for(values, 20));
        QCOMPARE(found.nan, 2);
        QCOMPARE(found.positive_infinite, 1);
        QCOMPARE(found.negative_infinite, 3);
        QCOMPARE(found.finite(), 94);
        QCOMPARE(sum_of(found.counts), 94);
        QVERIFY(std::isfinite(found.mean) && std::isfinite(found.var) && std::isfinite(found.maximum));
    }

    void nothingFiniteIsNoCrash() {
        for (const auto& values : {std::vector<float>{}, std::vector<float>(7, not_a_number)}) {
            const auto found = channel_histogram(values, bins_for(values, 20));
            QCOMPARE(sum_of(found.counts), 0);
            QCOMPARE(found.nan, static_cast<std::int64_t>(values.size()));
            QCOMPARE(found.share_of_zeros(), 0.0);
        }
    }

    void zerosCanBeLeftOut() {
        std::vector<float> values = normal_values(1000, 0, 1);
        for (float& value : values) value = std::max(value, 0.0F);
        const auto zeros = std::ranges::count(values, 0.0F);
        const auto bins = bins_for(values, 30, Zeros::left_out);
        const auto found = channel_histogram(values, bins, Zeros::left_out);
        QCOMPARE(found.zeros, zeros);
        QCOMPARE(found.share_of_zeros(), static_cast<double>(zeros) / 1000);
        QCOMPARE(sum_of(found.counts), 1000 - zeros);
        QCOMPARE(sum_of(channel_histogram(values, bins).counts), 1000);
        QVERIFY(bins.lower > 0);
    }

    void normalSharesAreThoseOfManyValues() {
        const HistogramBins bins{.lower = -2, .width = 0.25, .count = 20};
        const auto shares = normal_shares(bins, 0.3, 0.49);
        // Simpson's rule on the density.
        const auto density = [](double x) {
            return std::exp(-(x - 0.3) * (x - 0.3) / 0.98) / std::sqrt(2 * std::numbers::pi * 0.49);
        };
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const double a = -2 + 0.25 * static_cast<double>(i);
            const double expected = 0.25 / 6 * (density(a) + 4 * density(a + 0.125) + density(a + 0.25));
            QVERIFY(std::abs(shares[i] - expected) < 1e-4);
        }
        // Far out, where 1 − Φ has no digits left, and without spread.
        QVERIFY(normal_shares({.lower = 9, .width = 1, .count = 1}, 0, 1)[0] > 1e-19);
        QCOMPARE(normal_shares(bins, 0.3, 0)[9], 1.0);
    }
};

QTEST_APPLESS_MAIN(tst_ChannelHistogram)
#include "tst_ChannelHistogram.moc"
