#include "core/instruments/GapSplit.h"

#include "core/Error.h"
#include "core/instruments/NormTap.h"
#include "core/instruments/PixelSums.h"
#include "core/instruments/Recalibration.h"

#include <algorithm>
#include <cmath>

namespace normscope::instruments {
namespace {

/// Σ over all values of one channel, or of several together.
struct GapSums {
    double reference = 0;                         ///< y_train²
    double total = 0;                             ///< D²
    std::array<double, gap_causes> square{};      ///< d²
    std::array<double, gap_causes> with_total{};  ///< d·D

    void add(const GapSums& other) {
        reference += other.reference;
        total += other.total;
        for (std::size_t i = 0; i < gap_causes; ++i) {
            square[i] += other.square[i];
            with_total[i] += other.with_total[i];
        }
    }
    Gap gap() const {
        const double scale = reference > 0 ? reference : 1;
        Gap gap{.total = std::sqrt(total / scale), .parts = {}};
        for (std::size_t i = 0; i < gap_causes; ++i) {
            gap.parts[i] = {std::sqrt(square[i] / scale), total > 0 ? with_total[i] / total : 0};
        }
        return gap;
    }
};

/// One layer's outputs under several sources, and the sums they have made so far.
class LayerSums {
   public:
    void saw_train(const Tensor<float>& y) { m_train = m_before = y; }
    void saw_eval(const Tensor<float>& y, ThreadPool& pool) {
        m_eval = y;
        const auto channels = y.shape().c;
        const auto sums = sum_pixels<2>(y.shape(), pool, [&](std::int64_t pixel, const auto& sum) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const double train = m_train.data()[pixel * channels + c];
                const double total = train - m_eval.data()[pixel * channels + c];
                sum[0][c] += train * train;
                sum[1][c] += total * total;
            }
        });
        m_channels.resize(channels);
        for (std::int64_t c = 0; c < channels; ++c) {
            m_channels[c].reference += sums[0][c];
            m_channels[c].total += sums[1][c];
        }
    }
    /// The output under the next source on the way from train to eval mode.
    void saw_next(std::size_t cause, const Tensor<float>& y, ThreadPool& pool) {
        add_part(cause, y, pool);
        m_before = y;
    }
    void saw_all(ThreadPool& pool) { add_part(gap_causes - 1, m_eval, pool); }

    Gap overall() const {
        GapSums all;
        for (const GapSums& channel : m_channels) all.add(channel);
        return all.gap();
    }
    std::vector<Gap> by_channel() const {
        std::vector<Gap> gaps;
        for (const GapSums& channel : m_channels) gaps.push_back(channel.gap());
        return gaps;
    }

   private:
    void add_part(std::size_t cause, const Tensor<float>& y, ThreadPool& pool) {
        const auto channels = y.shape().c;
        const auto sums = sum_pixels<2>(y.shape(), pool, [&](std::int64_t pixel, const auto& sum) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto i = pixel * channels + c;
                const double part = static_cast<double>(m_before.data()[i]) - y.data()[i];
                const double total = static_cast<double>(m_train.data()[i]) - m_eval.data()[i];
                sum[0][c] += part * part;
                sum[1][c] += part * total;
            }
        });
        for (std::int64_t c = 0; c < channels; ++c) {
            m_channels[c].square[cause] += sums[0][c];
            m_channels[c].with_total[cause] += sums[1][c];
        }
    }

    Tensor<float> m_train;
    Tensor<float> m_eval;
    Tensor<float> m_before;
    std::vector<GapSums> m_channels;
};

/// Training statistics with the variance that buffers take.
PopulationStatistics unbiased_of(PopulationStatistics statistics, UnbiasedVariance unbiased) {
    for (LayerStatistics& layer : statistics.layers) {
        if (unbiased == UnbiasedVariance::mean_over_batches) {
            layer.var = layer.unbiased_batch_var;
            continue;
        }
        const auto n = static_cast<double>(std::max<std::int64_t>(layer.values_per_batch, 2));
        for (double& var : layer.var) var *= n / (n - 1);
    }
    return statistics;
}

/// Buffers with which eval mode normalizes by these statistics.
std::vector<NormBuffers> buffers_for(const nn::Network<float>& network, const PopulationStatistics& statistics) {
    nn::Network<float> copy = network;
    recalibrate(copy, statistics);
    auto buffers = norm_buffers(copy);
    // Frozen layers use their buffers in train mode too.
    for (const NormBuffers& original : norm_buffers(network)) {
        const auto is_this = [&](const auto& norm) { return norm.second->name() == original.name; };
        const auto& norms = network.norm_layers();
        if (!std::ranges::find_if(norms, is_this)->second->options().frozen) continue;
        *std::ranges::find(buffers, original.name, &NormBuffers::name) = original;
    }
    return buffers;
}

}  // namespace

GapSplit gap_split(const nn::Network<float>& network, const BatchSequence& measured,
                   const PopulationStatistics& training, ThreadPool& pool, const Watch& watch,
                   UnbiasedVariance unbiased) {
    if (measured.images() == 0) throw InputError("there are no images to measure the difference of the modes on.");
    const FlushDenormals flush;
    const auto population = population_statistics(network, measured, pool, watch.part(0, 0.25));
    const std::array buffers{buffers_for(network, population), buffers_for(network, training),
                             buffers_for(network, unbiased_of(training, unbiased))};
    const auto original = norm_buffers(network);

    nn::Network<float> copy = network;
    std::vector<LayerSums> sums(copy.norm_layers().size() + 1);  // the logits last
    std::array<ScoreSum, statistics_sources> scores;
    const Watch walk = watch.part(0.25, 1);
    ImageBatch batch;
    const auto run = [&](StatisticsSource source, nn::Mode mode, const auto& saw) {
        scores[static_cast<std::size_t>(source)].add(run_tapped(copy, batch.images, mode, pool, saw), batch.labels);
    };
    for (std::int64_t i = 0; i < measured.size(); ++i) {
        walk.report(i, measured.size());
        measured.load(i, pool, batch);
        set_norm_buffers(copy, original);
        run(StatisticsSource::batch, nn::Mode::train,
            [&](std::size_t layer, const Tensor<float>& y) { sums[layer].saw_train(y); });
        run(StatisticsSource::running, nn::Mode::eval,
            [&](std::size_t layer, const Tensor<float>& y) { sums[layer].saw_eval(y, pool); });
        for (std::size_t cause = 0; cause + 1 < gap_causes; ++cause) {
            set_norm_buffers(copy, buffers[cause]);
            run(static_cast<StatisticsSource>(cause + 1), nn::Mode::eval,
                [&](std::size_t layer, const Tensor<float>& y) { sums[layer].saw_next(cause, y, pool); });
        }
        for (LayerSums& layer : sums) layer.saw_all(pool);
    }
    walk.report(measured.size(), measured.size());

    GapSplit result{.images = measured.images()};
    for (std::size_t norm = 0; norm < copy.norm_layers().size(); ++norm) {
        const auto& [position, layer] = copy.norm_layers()[norm];
        result.layers.push_back({{position}, layer->name(), sums[norm].overall(), sums[norm].by_channel()});
    }
    result.logits = sums.back().overall();
    std::ranges::transform(scores, result.scores.begin(), &ScoreSum::mean);
    return result;
}

GapSplit gap_split(const Experiment& experiment, std::int64_t most_images, ThreadPool& pool, const Watch& watch) {
    const auto training =
        population_statistics(experiment.network(), training_images(experiment), pool, watch.part(0, 0.5));
    return gap_split(experiment.network(), held_out_images(experiment, most_images), training, pool,
                     watch.part(0.5, 1));
}

}  // namespace normscope::instruments
