#include "core/random/RandomStream.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace normscope;

namespace {

using Words = std::array<std::uint32_t, 4>;

Words first_words(RandomStream stream) {
    Words words;
    for (auto& word : words) word = stream.next();
    return words;
}

/// A published name whose 64-bit FNV-1a hash is 0 (L. C. Noll): as bytes d5 6b b9 53 42 87 08 36.
constexpr std::uint64_t number_that_hashes_to_zero = 0x3608874253b96bd5U;

/// Philox4x32-10 as the paper writes it.
Words philox(Words counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = std::uint64_t{0xD2511F53U} * counter[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57U} * counter[2];
        counter = {static_cast<std::uint32_t>(second >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
                   static_cast<std::uint32_t>(first >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
        key[0] += 0x9E3779B9U;
        key[1] += 0xBB67AE85U;
    }
    return counter;
}

/// Pearson's statistic for equal expectations.
double chi_square(const std::vector<std::int64_t>& counts) {
    const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    const double expected = static_cast<double>(total) / static_cast<double>(counts.size());
    double sum = 0;
    for (const auto count : counts)
        sum += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected);
    return sum / expected;
}

/// For this many bins; a fair generator exceeds it once in about 10^5 seeds.
double chi_square_limit(std::size_t bins) {
    const auto freedom = static_cast<double>(bins - 1);
    return freedom + 4.3 * std::sqrt(2 * freedom) + 10;
}

}  // namespace

class tst_RandomStream : public QObject {
    Q_OBJECT

   private slots:
    /// Random123's known answers for counter 0 and key 0.
    void givesThePublishedVector() {
        QCOMPARE(first_words(RandomStream(0, "", number_that_hashes_to_zero)),
                 (Words{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}));
    }

    /// The other published answers, which hold for the reference below.
    void hasATrueReference() {
        QCOMPARE(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}));
        QCOMPARE(philox({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}), (Words{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU}));
        QCOMPARE(philox({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}),
                 (Words{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U}));
    }

    void keysWithTheSeedAndCountsBlocks_data() {
        QTest::addColumn<quint64>("seed");
        QTest::newRow("0") << quint64{0};
        QTest::newRow("1") << quint64{1};
        QTest::newRow("two words") << quint64{0x299f31d0a4093822U};
        QTest::newRow("all ones") << ~quint64{0};
    }
    void keysWithTheSeedAndCountsBlocks() {
        QFETCH(quint64, seed);
        RandomStream stream(seed, "", number_that_hashes_to_zero);
        for (std::uint32_t block = 0; block < 50; ++block) {
            const auto expected =
                philox({block, 0, 0, 0}, {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)});
            for (const auto word : expected) QCOMPARE(stream.next(), word);
        }
    }

    void differsBySeedNameAndNumber() {
        std::set<Words> seen;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            for (const char* name : {"", "a", "b", "ab", "shuffle", "init/conv1.weight", "init/conv1.bias"}) {
                for (std::uint64_t number = 0; number < 10; ++number) seen.insert(first_words({seed, name, number}));
            }
        }
        QCOMPARE(seen.size(), 10U * 7U * 10U);
    }

    void isAValue() {
        RandomStream stream(1, "test");
        stream.next();
        auto copy = stream;
        for (int i = 0; i < 20; ++i) QCOMPARE(copy.next(), stream.next());
    }

    void isUniformBelowOne() {
        RandomStream stream(1, "uniform");
        std::vector<std::int64_t> counts(64);
        for (int i = 0; i < 100'000; ++i) {
            const float value = stream.uniform();
            QVERIFY(value >= 0 && value < 1);
            const float scaled = value * 0x1p24F;
            QVERIFY(scaled == std::floor(scaled));
            ++counts[static_cast<std::size_t>(value * 64)];
        }
        QVERIFY2(chi_square(counts) < chi_square_limit(64), QByteArray::number(chi_square(counts)).constData());
    }

    void drawsIntegersWithoutBias_data() {
        QTest::addColumn<quint32>("bound");
        for (const quint32 bound : {1U, 2U, 3U, 7U, 10U, 64U, 1000U}) QTest::addRow("%u", bound) << bound;
    }
    void drawsIntegersWithoutBias() {
        QFETCH(quint32, bound);
        RandomStream stream(1, "below");
        std::vector<std::int64_t> counts(bound);
        for (int i = 0; i < 200'000; ++i) {
            const auto value = stream.below(bound);
            QVERIFY(value < bound);
            ++counts[value];
        }
        if (bound > 1) QVERIFY(chi_square(counts) < chi_square_limit(bound));
    }

    /// 3·2^30 does not divide 2^32: without rejection each first of three results would come twice as often.
    void drawsLargeIntegersWithoutBias() {
        constexpr std::uint32_t bound = 3U << 30U;
        RandomStream stream(1, "below");
        std::vector<std::int64_t> by_remainder(3), by_third(3);
        for (int i = 0; i < 100'000; ++i) {
            const auto value = stream.below(bound);
            ++by_remainder[value % 3];
            ++by_third[value >> 30U];
        }
        QVERIFY(chi_square(by_remainder) < chi_square_limit(3));
        QVERIFY(chi_square(by_third) < chi_square_limit(3));
    }

    void permutes_data() {
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 2, 10, 1000}) QTest::addRow("%d", count) << count;
    }
    void permutes() {
        QFETCH(int, count);
        auto order = permutation(count, RandomStream(1, "shuffle"));
        QCOMPARE(order, permutation(count, RandomStream(1, "shuffle")));
        if (count >= 10) QVERIFY(order != permutation(count, RandomStream(1, "shuffle", 1)));
        std::ranges::sort(order);
        QCOMPARE(order.size(), static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) QCOMPARE(order[i], i);
    }

    /// All 24 orders of four come equally often.
    void permutesWithoutBias() {
        std::map<std::vector<std::int64_t>, std::int64_t> seen;
        for (std::uint64_t i = 0; i < 24'000; ++i) ++seen[permutation(4, RandomStream(7, "shuffle", i))];
        QCOMPARE(seen.size(), 24U);
        std::vector<std::int64_t> counts;
        for (const auto& [order, count] : seen) counts.push_back(count);
        QVERIFY(chi_square(counts) < chi_square_limit(24));
    }
};

QTEST_APPLESS_MAIN(tst_RandomStream)
#include "tst_RandomStream.moc"
