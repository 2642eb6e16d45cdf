#include "core/instruments/GapSplit.h"
#include "core/instruments/ModeDifference.h"
#include "core/instruments/Recalibration.h"
#include "core/train/Trainer.h"
#include "tests/core/instruments/NetworksUnderTest.h"
#include "tests/core/io/ErrorText.h"
#include "tests/core/nn/NormUnderTest.h"

#include <QTest>

using namespace normscope;
using namespace normscope::instruments;
using namespace normscope::testing;

namespace {

PopulationStatistics population_of(const nn::Network<float>& network, const BatchSequence& batches) {
    ThreadPool pool(1);
    return population_statistics(network, batches, pool);
}

GapSplit split_of(const nn::Network<float>& network, const BatchSequence& measured, const BatchSequence& training,
                  int threads = 1) {
    ThreadPool pool(threads);
    return gap_split(network, measured, population_of(network, training), pool);
}

/// Buffers as training leaves them behind: every batch once through train mode, weights unchanged.
void warm_up(nn::Network<float>& network, const BatchSequence& batches) {
    ThreadPool pool(1);
    ImageBatch batch;
    for (std::int64_t i = 0; i < batches.size(); ++i) {
        batches.load(i, pool, batch);
        network.forward(batch.images, {pool, nn::Mode::train});
    }
}

/// Every gap of a split: layers, channels and logits.
std::vector<Gap> gaps_of(const GapSplit& split) {
    std::vector<Gap> gaps{split.logits};
    for (const auto& layer : split.layers) {
        gaps.push_back(layer.overall);
        gaps.insert(gaps.end(), layer.channels.begin(), layer.channels.end());
    }
    return gaps;
}

/// True if nothing but `cause` is seen, anywhere.
bool is_all_from(const GapSplit& split, GapCause cause) {
    for (const Gap& gap : gaps_of(split)) {
        for (std::size_t i = 0; i < gap_causes; ++i) {
            const bool wanted = i == static_cast<std::size_t>(cause);
            if (!wanted && gap.parts[i].norm > 1e-3 * gap.total) return false;
            if (wanted && !is_close(gap.parts[i].share, 1, 2e-3)) return false;
        }
        if (gap.total < 1e-4) return false;
    }
    return true;
}

}  // namespace

class tst_GapSplit : public QObject {
    Q_OBJECT

    const SyntheticDataset m_data{48};

    /// Eight images through a network whose buffers are their own population statistics: no gap but of one cause.
    static nn::Network<float> calibrated(const BatchSequence& training, VarianceEstimate estimate) {
        auto network = residual_network<float>();
        recalibrate(network, population_of(network, training), estimate);
        return network;
    }

   private slots:
    void findsOnlyTheNMinusOneFactor() {
        // Momentum 1, one batch that is the whole data set, few values a channel: the buffers are its statistics.
        auto network = residual_network<float>(1, 8, {.momentum = 1.0});
        const auto all = first_images(m_data, 4, 4);
        warm_up(network, all);
        const auto split = split_of(network, all, all);
        QVERIFY(is_all_from(split, GapCause::n_minus_one));
        // bn1 has n = 4·64: y − β shrinks by 1 − √((n − 1)/n), to eps.
        QVERIFY(split.layers[0].overall.total > 0.5 * (1 - std::sqrt(255.0 / 256.0)));
    }

    void findsOnlyTheLagOfTheBuffers() {
        // A few steps from mean 0 and var 1 at a small momentum, on one large batch.
        const SyntheticDataset many(200);
        auto network = residual_network<float>(1, 8, {.momentum = 0.01});
        for (const auto& [position, layer] : network.norm_layers()) layer->reset_running_stats();
        const auto all = first_images(many, 200, 200);
        for (int step = 0; step < 3; ++step) warm_up(network, all);
        const auto split = split_of(network, all, all);
        QVERIFY(split.logits.of(GapCause::ema_lag).share > 0.99);
        for (const auto& layer : split.layers) QVERIFY(layer.overall.of(GapCause::ema_lag).share > 0.99);
        for (const Gap& gap : gaps_of(split)) {
            QVERIFY(gap.of(GapCause::batch_noise).norm < 1e-5);
            QCOMPARE(gap.of(GapCause::data_shift).norm, 0.0);
        }
    }

    void findsOnlyTheShiftOfTheData() {
        // The buffers are the training population's. n is so large that n − 1 makes no difference.
        const ShiftedDataset bright(48, 1.0F, 0.4F);
        const auto training = first_images(m_data, 48, 48), measured = first_images(bright, 48, 48);
        const auto network = calibrated(training, VarianceEstimate::unbiased);
        const auto split = split_of(network, measured, training);
        QVERIFY(split.logits.of(GapCause::data_shift).share > 0.98);
        for (const auto& layer : split.layers) {
            QVERIFY(layer.overall.of(GapCause::data_shift).share > 0.98);
            QVERIFY(layer.overall.of(GapCause::batch_noise).norm < 1e-5);
            QVERIFY(layer.overall.of(GapCause::ema_lag).norm < 1e-5);
        }
        QVERIFY(split.layers[0].overall.total > 0.1);
        const auto none = split_of(network, training, training);
        QVERIFY(none.layers[0].overall.of(GapCause::data_shift).norm == 0);
    }

    void findsOnlyTheNoiseOfTinyBatches() {
        // Measured in batches of two, otherwise everything as it should be.
        const auto tiny = first_images(m_data, 48, 2);
        const auto network = calibrated(tiny, VarianceEstimate::biased);
        auto statistics = population_of(network, tiny);
        ThreadPool pool(1);
        for (auto& layer : statistics.layers) layer.values_per_batch = std::int64_t{1} << 40;  // no n − 1 factor
        const auto split = gap_split(network, tiny, statistics, pool);
        QVERIFY(is_all_from(split, GapCause::batch_noise));
        QVERIFY(split.layers[0].overall.total > 0.01);
    }

    void partsSumToTheTotal() {
        // Everything at once.
        const ShiftedDataset bright(48, 1.3F, 0.1F);
        auto network = residual_network<float>();
        warm_up(network, first_images(m_data, 48, 6));
        const auto split = split_of(network, first_images(bright, 46, 6), first_images(m_data, 48, 6));
        QCOMPARE(split.images, 46);
        for (const Gap& gap : gaps_of(split)) {
            double shares = 0, norms = 0;
            for (const GapPart& part : gap.parts) {
                QVERIFY(part.norm > 0);
                shares += part.share;
                norms += part.norm;
            }
            QVERIFY(is_close(shares, 1, 1e-12));
            QVERIFY(norms >= gap.total * (1 - 1e-12));  // triangle inequality
        }
    }

    void agreesWithTheModeDifference() {
        auto network = residual_network<float>();
        const auto measured = first_images(m_data, 46, 6);
        const auto split = split_of(network, measured, first_images(m_data, 48, 8));
        ThreadPool pool(1);
        const auto difference = mode_difference(network, measured, pool);
        QCOMPARE(split.logits.total, difference.logits);
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(split.layers[i].name, difference.layers[i].name);
            QCOMPARE(split.layers[i].layer, difference.layers[i].layer);
            QCOMPARE(split.layers[i].overall.total, difference.layers[i].overall);
            for (std::size_t c = 0; c < difference.layers[i].channels.size(); ++c) {
                QCOMPARE(split.layers[i].channels[c].total, difference.layers[i].channels[c]);
            }
        }
        QCOMPARE(split.score(StatisticsSource::batch).loss, difference.train.loss);
        QCOMPARE(split.score(StatisticsSource::running).loss, difference.eval.loss);
        QCOMPARE(split.score(StatisticsSource::running).accuracy, difference.eval.accuracy);
    }

    void scoresEverySource() {
        auto network = residual_network<float>();
        const auto measured = first_images(m_data, 48, 6), training = first_images(m_data, 32, 8);
        const auto split = split_of(network, measured, training);
        const auto score_with = [&](const PopulationStatistics& statistics) {
            auto copy = network;
            recalibrate(copy, statistics);
            ThreadPool pool(1);
            return mode_difference(copy, measured, pool).eval;
        };
        const auto trained = population_of(network, training);
        QCOMPARE(split.score(StatisticsSource::measured_population).loss,
                 score_with(population_of(network, measured)).loss);
        QCOMPARE(split.score(StatisticsSource::training_population).loss, score_with(trained).loss);
        QCOMPARE(split.score(StatisticsSource::training_population).accuracy, score_with(trained).accuracy);
        auto unbiased = trained;
        const std::vector<double> n{8 * 64, 8 * 16, 8 * 16, 8 * 16};
        for (std::size_t i = 0; i < 4; ++i) {
            for (double& var : unbiased.layers[i].var) var *= n[i] / (n[i] - 1);
        }
        QCOMPARE(split.score(StatisticsSource::training_population_unbiased).loss, score_with(unbiased).loss);
    }

    void canCompareWithWhatBuffersTendTo() {
        // Momentum 1 on the last of several batches that are all the same: the buffers are E[σ_B²·n/(n − 1)] and no
        // lag is left, however much the batches' means would spread.
        std::vector<std::int64_t> images;
        for (int batch = 0; batch < 3; ++batch) images.insert(images.end(), {0, 1, 2, 3});
        const BatchSequence same(m_data, synthetic_recipe().data, images, 4);
        auto network = residual_network<float>(1, 8, {.momentum = 1.0});
        warm_up(network, same);
        ThreadPool pool(1);
        const auto split =
            gap_split(network, same, population_of(network, same), pool, {}, UnbiasedVariance::mean_over_batches);
        QVERIFY(is_all_from(split, GapCause::n_minus_one));
        // With batches that differ, the mean over batches lacks the spread of their means.
        const auto mixed = population_of(network, first_images(m_data, 48, 4));
        const auto a = gap_split(network, same, mixed, pool, {}, UnbiasedVariance::mean_over_batches);
        const auto b = gap_split(network, same, mixed, pool);
        QVERIFY(a.logits.of(GapCause::n_minus_one).norm != b.logits.of(GapCause::n_minus_one).norm);
        QCOMPARE(a.logits.of(GapCause::data_shift).norm, b.logits.of(GapCause::data_shift).norm);
    }

    void leavesFrozenLayersAsTheyAre() {
        auto network = residual_network<float>(1, 8, {.frozen = true});
        const auto split = split_of(network, first_images(m_data, 48, 6), first_images(m_data, 32, 8));
        for (const Gap& gap : gaps_of(split)) {
            QCOMPARE(gap.total, 0.0);
            for (const GapPart& part : gap.parts) QVERIFY(part.norm == 0 && part.share == 0);
        }
    }

    void splitsTheGapOfAnExperiment() {
        Experiment experiment(synthetic_recipe(), synthetic_split());
        Trainer trainer(1);
        for (int i = 0; i < 5; ++i) trainer.step(experiment);
        std::vector<double> shares;
        const auto split =
            gap_split(experiment, 20, trainer.pool(), {.progress = [&](double share) { shares.push_back(share); }});
        QCOMPARE(split.images, 20);
        QCOMPARE(split.logits.total, trainer.evaluate(experiment, 20).mode_difference.back());
        QVERIFY(split.logits.of(GapCause::ema_lag).share > 0.3);  // five steps at momentum 0.1
        QVERIFY(std::ranges::is_sorted(shares) && shares.front() == 0 && shares.back() == 1);
    }

    void hasTheSameBitsWithAnyNumberOfThreads() {
        const auto network = residual_network<float>();
        const auto measured = first_images(m_data, 46, 6), training = first_images(m_data, 48, 8);
        const auto a = gaps_of(split_of(network, measured, training, 1));
        const auto b = gaps_of(split_of(network, measured, training, 3));
        for (std::size_t i = 0; i < a.size(); ++i) {
            for (std::size_t part = 0; part < gap_causes; ++part) {
                QCOMPARE(a[i].parts[part].share, b[i].parts[part].share);
            }
        }
    }

    void leavesTheNetworkAlone() {
        const auto network = residual_network<float>();
        const auto before = everything_of(network);
        split_of(network, first_images(m_data, 46, 6), first_images(m_data, 48, 8));
        QCOMPARE(everything_of(network), before);
    }

    void refusesToSplitNothing() {
        const auto network = residual_network<float>();
        const auto none = first_images(m_data, 0, 8), some = first_images(m_data, 16, 8);
        QCOMPARE(error_text([&] { split_of(network, none, some); }),
                 "there are no images to measure the difference of the modes on.");
        QCOMPARE(error_text([&] { split_of(network, some, none); }), "there are no images to take the statistics of.");
    }
};

QTEST_APPLESS_MAIN(tst_GapSplit)
#include "tst_GapSplit.moc"
