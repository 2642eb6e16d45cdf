#include "core/random/RandomStream.h"
#include "core/telemetry/SeriesStore.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace normscope;
using namespace normscope::telemetry;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
constexpr std::size_t most_kept =
    SeriesPyramid::raw_capacity + (SeriesPyramid::level_count - 1) * (SeriesPyramid::level_capacity + 1);

/// Steps 1 … count with random values between −1 and 1.
SeriesPyramid random_series(std::int64_t count) {
    SeriesPyramid series;
    RandomStream stream(1, "series");
    for (std::int64_t step = 1; step <= count; ++step) series.append(step, 2 * stream.uniform() - 1);
    return series;
}

/// The same with a spike at one step.
SeriesPyramid series_with_spike(std::int64_t count, std::int64_t spike, float value) {
    SeriesPyramid series;
    for (std::int64_t step = 1; step <= count; ++step) series.append(step, step == spike ? value : 0.0F);
    return series;
}

float largest(const std::vector<SeriesSample>& samples) {
    return std::ranges::max(samples, {}, &SeriesSample::maximum).maximum;
}
float smallest(const std::vector<SeriesSample>& samples) {
    return std::ranges::min(samples, {}, &SeriesSample::minimum).minimum;
}
bool in_order(const std::vector<SeriesSample>& samples) {
    return std::ranges::adjacent_find(
               samples, [](const auto& a, const auto& b) { return a.first_step >= b.first_step; }) == samples.end();
}

}  // namespace

class tst_SeriesPyramid : public QObject {
    Q_OBJECT

   private slots:
    void isEmptyAtFirst() {
        const SeriesPyramid series;
        QVERIFY(series.samples(0, 1000, 100).empty());
        QVERIFY(!series.last());
        QVERIFY(!series.value_at(0));
        QCOMPARE(series.count(), 0U);
    }

    void keepsRawValues() {
        const auto series = random_series(1000);
        const auto samples = series.samples(101, 200, 100);
        QCOMPARE(samples.size(), 101U);  // the one before leads the line into the range
        for (const auto& sample : samples) {
            QVERIFY(sample.minimum == sample.maximum);
            QVERIFY(series.value_at(sample.first_step) == sample.minimum);
        }
        QCOMPARE(samples.front().first_step, 100);
        QCOMPARE(samples.back().first_step, 200);
        QCOMPARE(series.last()->first_step, 1000);
    }

    void knowsTheValueOfAStepWhileItIsRaw() {
        const auto series = random_series(10'000);
        QVERIFY(series.value_at(10'000) && series.value_at(10'000 - 4095));
        QVERIFY(!series.value_at(10'000 - 4096) && !series.value_at(10'001) && !series.value_at(0));
    }

    /// A spike anywhere in a million steps shows at every coarseness.
    void neverLosesExtrema_data() {
        QTest::addColumn<qint64>("spike");
        QTest::addColumn<float>("value");
        for (const qint64 spike :
             {1, 2, 16, 17, 4096, 4097, 65'536, 500'001, 983'040, 995'904, 995'905, 999'999, 1'000'000}) {
            QTest::addRow("up at %lld", spike) << spike << 5.0F;
            QTest::addRow("down at %lld", spike) << spike << -5.0F;
        }
    }
    void neverLosesExtrema() {
        QFETCH(qint64, spike);
        QFETCH(float, value);
        const auto series = series_with_spike(1'000'000, spike, value);
        for (const std::size_t most : {std::size_t{1}, std::size_t{200}, std::size_t{300}, std::size_t{800},
                                       std::size_t{3000}, std::size_t{4096}, no_limit}) {
            const auto samples = series.samples(1, 1'000'000, most);
            QVERIFY(value > 0 ? largest(samples) == value : smallest(samples) == value);
        }
    }

    void coversTheRangeInOrder_data() {
        QTest::addColumn<qint64>("count");
        QTest::addColumn<qint64>("first");
        QTest::addColumn<qint64>("last");
        for (const qint64 count : {10, 15, 16, 17, 4096, 4097, 5000, 40'000, 1'000'000}) {
            QTest::addRow("all of %lld", count) << count << qint64{1} << count;
            QTest::addRow("end of %lld", count) << count << count - count / 10 << count;
            QTest::addRow("middle of %lld", count) << count << count / 3 + 1 << count / 2;
            QTest::addRow("beginning of %lld", count) << count << qint64{1} << count / 7 + 1;
            QTest::addRow("beyond %lld", count) << count << count / 2 << 2 * count;
        }
    }
    void coversTheRangeInOrder() {
        QFETCH(qint64, count);
        QFETCH(qint64, first);
        QFETCH(qint64, last);
        const auto series = random_series(count);
        for (const std::size_t most : {10U, 100U, 500U, 2000U, 4096U, 100'000U}) {
            const auto samples = series.samples(first, last, most);
            QVERIFY(!samples.empty());
            QVERIFY(in_order(samples));
            QVERIFY(samples.front().first_step <= first);
            QVERIFY(samples.back().first_step <= last);
            // The buckets are cut where they fill up, so only the last one can end before `last`.
            QVERIFY(std::min(last, count) - samples.back().first_step < 4096);
        }
    }

    /// Extrema over a range are those of its values, and of no more than the buckets at its ends.
    void hasTheExtremaOfTheValues() {
        const std::int64_t count = 200'000;
        const auto series = random_series(count);
        std::vector<float> values(count + 1);
        RandomStream stream(1, "series");
        for (std::int64_t step = 1; step <= count; ++step) values[step] = 2 * stream.uniform() - 1;
        for (const std::size_t most : {50U, 500U, 5000U}) {
            const auto samples = series.samples(1, count, most);
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const auto end = i + 1 < samples.size() ? samples[i + 1].first_step : count + 1;
                const auto [low, high] =
                    std::minmax_element(values.begin() + samples[i].first_step, values.begin() + end);
                QVERIFY(samples[i].minimum <= *low && samples[i].maximum >= *high);
            }
            QVERIFY(smallest(samples) == *std::min_element(values.begin() + 1, values.end()));
            QVERIFY(largest(samples) == *std::max_element(values.begin() + 1, values.end()));
        }
    }

    void needsAboutAsManySamplesAsAsked_data() {
        QTest::addColumn<int>("most");
        for (const int most : {300, 500, 1000, 1500, 2048, 3000, 4096, 5000, 8000}) QTest::addRow("%d", most) << most;
    }
    void needsAboutAsManySamplesAsAsked() {
        QFETCH(int, most);
        const auto series = random_series(1'000'000);
        for (const std::int64_t first : {1, 100'001, 900'001, 970'001, 996'001, 999'001}) {
            const auto size = series.samples(first, 1'000'000, static_cast<std::size_t>(most)).size();
            // One bucket before the range and the open ones come on top, by level.
            const auto extra = 2 * SeriesPyramid::level_count;
            QVERIFY2(size <= static_cast<std::size_t>(most) + extra, QByteArray::number(size).constData());
        }
    }

    void keepsABoundedNumberOfSamples() {
        auto series = random_series(1'000'000);
        QVERIFY(series.samples(0, 2'000'000, no_limit).size() <= most_kept);
        for (std::int64_t step = 1'000'001; step <= 12'000'000; ++step) series.append(step, 0);
        const auto samples = series.samples(0, 12'000'000, no_limit);
        QVERIFY(samples.size() <= most_kept);
        QVERIFY(in_order(samples));
        // What is documented to be kept: 2048 buckets of 4096.
        QVERIFY(samples.front().first_step <= 12'000'000 - 8'380'000);
        QCOMPARE(series.count(), 12'000'000U);
    }

    void flagsNonFiniteValues_data() {
        QTest::addColumn<float>("bad");
        QTest::newRow("NaN") << std::numeric_limits<float>::quiet_NaN();
        QTest::newRow("infinity") << std::numeric_limits<float>::infinity();
        QTest::newRow("-infinity") << -std::numeric_limits<float>::infinity();
    }
    void flagsNonFiniteValues() {
        QFETCH(float, bad);
        SeriesPyramid series;
        for (std::int64_t step = 1; step <= 100'000; ++step)
            series.append(step, step == 50'000 ? bad : static_cast<float>(step % 10));
        for (const std::size_t most : {30U, 500U, 5000U}) {
            const auto samples = series.samples(1, 100'000, most);
            QCOMPARE(std::ranges::count(samples, true, &SeriesSample::has_non_finite), 1);
            const auto flagged = std::ranges::find(samples, true, &SeriesSample::has_non_finite);
            QVERIFY(flagged->first_step <= 50'000);
            // The extrema are of the finite values beside it.
            QVERIFY(flagged->minimum == 0 && flagged->maximum == 9);
        }
    }

    void keepsANonFiniteRawValueAsItIs() {
        SeriesPyramid series;
        series.append(1, 2);
        series.append(2, std::numeric_limits<float>::infinity());
        QVERIFY(std::isinf(*series.value_at(2)));
        QVERIFY(series.last()->has_non_finite);
        QVERIFY(!series.samples(1, 1, 10).front().has_non_finite);
    }

    void hasNoExtremaWhereNothingIsFinite() {
        SeriesPyramid series;
        for (std::int64_t step = 1; step <= 10'000; ++step) series.append(step, std::numeric_limits<float>::infinity());
        const auto first = series.samples(1, 10'000, 10).front();
        QVERIFY(first.has_non_finite && std::isnan(first.minimum) && std::isnan(first.maximum));
    }

    void takesSparseSteps() {
        SeriesPyramid series;
        for (std::int64_t step = 0; step <= 100'000; step += 20) series.append(step, static_cast<float>(step));
        QVERIFY(series.value_at(99'980) == 99'980.0F);
        QVERIFY(!series.value_at(99'981));
        const auto samples = series.samples(99'000, 99'100, 100);
        QCOMPARE(samples.front().first_step, 98'980);
        QCOMPARE(samples.back().first_step, 99'100);
        QCOMPARE(samples.size(), 7U);
    }

    /// As if the forgotten values had never been, as long as the cut lies in the raw values.
    void forgetsWhatCameAfterAStep_data() {
        QTest::addColumn<qint64>("count");
        QTest::addColumn<qint64>("cut");
        for (const qint64 count : {10, 300, 4096, 5000, 70'000}) {
            for (const qint64 back : {1, 15, 16, 17, 255, 256, 257, 3000})
                if (back < count) QTest::addRow("%lld of %lld", back, count) << count << count - back;
            QTest::addRow("none of %lld", count) << count << count;
        }
        QTest::newRow("all") << qint64{300} << qint64{0};
    }
    void forgetsWhatCameAfterAStep() {
        QFETCH(qint64, count);
        QFETCH(qint64, cut);
        auto series = random_series(cut);
        auto expected = random_series(cut);
        for (std::int64_t step = cut + 1; step <= count; ++step) series.append(step, 99);
        series.truncate_after(cut);
        const auto same = [&] {
            QCOMPARE(series.count(), expected.count());
            for (const std::size_t most : {std::size_t{1}, std::size_t{300}, std::size_t{2000}}) {
                const auto a = series.samples(1, 2 * count, most);
                const auto b = expected.samples(1, 2 * count, most);
                for (const auto& sample : a) QVERIFY(sample.maximum <= 1);
                // Raw values that the detour pushed out are gone; what is left is the same.
                if (count <= 4096)
                    QVERIFY(std::ranges::equal(a, b, [](const auto& x, const auto& y) {
                        return x.first_step == y.first_step && x.minimum == y.minimum && x.maximum == y.maximum;
                    }));
                if (a.empty()) continue;
                QVERIFY(in_order(a));
                QVERIFY(largest(a) == largest(b) && smallest(a) == smallest(b));
            }
        };
        same();
        for (std::int64_t step = cut + 1; step <= cut + 700; ++step) {
            series.append(step, 0.5F);
            expected.append(step, 0.5F);
        }
        same();
        QVERIFY(series.value_at(cut + 1) == 0.5F);
    }

    /// Beyond the raw values whole buckets are left; none of them knows what was forgotten.
    void forgetsBeyondTheRawValues_data() {
        QTest::addColumn<qint64>("cut");
        for (const qint64 cut : {1, 17, 5000, 40'003, 250'000, 900'001, 995'000}) QTest::addRow("%lld", cut) << cut;
    }
    void forgetsBeyondTheRawValues() {
        QFETCH(qint64, cut);
        SeriesPyramid series;
        for (std::int64_t step = 1; step <= 1'000'000; ++step)
            series.append(step, step > cut ? 99 : step % 4096 == 1 ? -3 : 0);
        series.truncate_after(cut);
        QVERIFY(!series.value_at(cut) && !series.last());
        const auto miscounted = static_cast<std::int64_t>(series.count()) - cut;  // by the ends of whole buckets
        QVERIFY(miscounted >= -4096 && miscounted <= 4096);
        series.truncate_after(cut - 1);
        for (std::int64_t step = cut; step <= cut + 50; ++step) series.append(step, 1);
        for (const std::size_t most : {std::size_t{1}, std::size_t{300}, no_limit}) {
            const auto samples = series.samples(1, 1'000'000, most);
            QVERIFY(in_order(samples));
            QVERIFY(largest(samples) == 1);
            QVERIFY(cut < 10'000 || smallest(samples) == -3);
            QVERIFY(samples.size() <= most_kept);
        }
        QVERIFY(series.value_at(cut) == 1.0F);
    }

    void forgetsInASeriesWithGaps() {
        SeriesPyramid series;
        for (std::int64_t step = 0; step <= 2000; step += 20) series.append(step, static_cast<float>(step));
        series.truncate_after(330);
        QCOMPARE(series.count(), 17U);
        QCOMPARE(series.last()->first_step, 320);
        series.truncate_after(319);
        QCOMPARE(series.count(), 16U);
        for (std::int64_t step = 320; step <= 2000; step += 20) series.append(step, -1);
        for (const std::size_t most : {std::size_t{1}, no_limit}) {
            QVERIFY(largest(series.samples(0, 2000, most)) == 300);
            QVERIFY(in_order(series.samples(0, 2000, most)));
        }
    }
};

QTEST_APPLESS_MAIN(tst_SeriesPyramid)
#include "tst_SeriesPyramid.moc"
