#include "core/instruments/ModeDifference.h"

#include "core/instruments/NormTap.h"
#include "core/instruments/PixelSums.h"

#include <cmath>
#include <numeric>

namespace normscope::instruments {
namespace {

/// Sums for ‖a − b‖ / ‖a‖ by channel over several batches.
class DifferenceSums {
   public:
    void add(const Tensor<float>& a, const Tensor<float>& b, ThreadPool& pool) {
        const auto channels = a.shape().c;
        const auto sums = sum_pixels<2>(a.shape(), pool, [&](std::int64_t pixel, const auto& sum) {
            const float* x = a.data() + pixel * channels;
            const float* y = b.data() + pixel * channels;
            for (std::int64_t c = 0; c < channels; ++c) {
                const double difference = static_cast<double>(x[c]) - y[c];
                sum[0][c] += difference * difference;
                sum[1][c] += static_cast<double>(x[c]) * x[c];
            }
        });
        m_difference.resize(channels, 0.0);
        m_reference.resize(channels, 0.0);
        for (std::int64_t c = 0; c < channels; ++c) {
            m_difference[c] += sums[0][c];
            m_reference[c] += sums[1][c];
        }
    }

    double overall() const {
        return ratio(std::accumulate(m_difference.begin(), m_difference.end(), 0.0),
                     std::accumulate(m_reference.begin(), m_reference.end(), 0.0));
    }
    std::vector<double> by_channel() const {
        std::vector<double> ratios;
        for (std::size_t c = 0; c < m_difference.size(); ++c) ratios.push_back(ratio(m_difference[c], m_reference[c]));
        return ratios;
    }

   private:
    static double ratio(double difference, double reference) {
        return std::sqrt(reference > 0 ? difference / reference : difference);
    }

    std::vector<double> m_difference;
    std::vector<double> m_reference;
};

}  // namespace

ModeDifference mode_difference(nn::Network<float>& network, const BatchSequence& batches, ThreadPool& pool,
                               const Watch& watch) {
    const FlushDenormals flush;
    const std::size_t norms = network.norm_layers().size();
    std::vector<DifferenceSums> sums(norms + 1);  // the logits last
    std::vector<Tensor<float>> train_outputs(norms + 1);
    ScoreSum train, eval;
    ModeDifference result{.images = batches.images()};
    ImageBatch batch;
    for (std::int64_t i = 0; i < batches.size(); ++i) {
        watch.report(i, batches.size());
        batches.load(i, pool, batch);
        const Tensor<float>& train_logits =
            run_tapped(network, batch.images, nn::Mode::train, pool,
                       [&](std::size_t layer, const Tensor<float>& y) { train_outputs[layer] = y; });
        train.add(train_logits, batch.labels);
        const auto train_predictions = predictions_of(train_logits);
        const Tensor<float>& eval_logits = run_tapped(
            network, batch.images, nn::Mode::eval, pool,
            [&](std::size_t layer, const Tensor<float>& y) { sums[layer].add(train_outputs[layer], y, pool); });
        eval.add(eval_logits, batch.labels);
        const auto eval_predictions = predictions_of(eval_logits);
        for (std::size_t n = 0; n < batch.labels.size(); ++n) {
            if (train_predictions[n] == eval_predictions[n]) continue;
            result.flips.push_back(
                {batches.images_of(i)[n], batch.labels[n], train_predictions[n], eval_predictions[n]});
        }
    }
    watch.report(batches.size(), batches.size());

    for (std::size_t norm = 0; norm < norms; ++norm) {
        const auto& [position, layer] = network.norm_layers()[norm];
        result.layers.push_back({{position}, layer->name(), sums[norm].overall(), sums[norm].by_channel()});
    }
    result.logits = sums.back().overall();
    result.logits_by_class = sums.back().by_channel();
    result.train = train.mean();
    result.eval = eval.mean();
    return result;
}

}  // namespace normscope::instruments
