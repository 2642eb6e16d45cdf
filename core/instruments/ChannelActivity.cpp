#include "core/instruments/ChannelActivity.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace normscope::instruments {
namespace {

using Counts = std::vector<std::int64_t>;

/// Of each channel of y (N, H, W, C), the values that are not 0.
Counts nonzero_counts(const Tensor<float>& y, ThreadPool& pool) {
    const auto channels = static_cast<std::size_t>(y.shape().c);
    const std::int64_t pixels = y.shape().size() / std::max<std::int64_t>(y.shape().c, 1);
    std::array<Counts, work_groups> partial;
    pool.run(work_groups, [&](std::int64_t group) {
        Counts& counts = partial[group];
        counts.assign(channels, 0);
        const auto [begin, end] = work_range(pixels, group);
        for (std::int64_t pixel = begin; pixel < end; ++pixel) {
            const float* values = y.data() + pixel * y.shape().c;
            for (std::size_t c = 0; c < channels; ++c) counts[c] += values[c] != 0;
        }
    });
    Counts total(channels, 0);
    for (const Counts& part : partial) std::ranges::transform(total, part, total.begin(), std::plus<>());
    return total;
}

/// Counts behind every ReLU that takes a norm layer's output as it is.
class ActivityTap : public nn::LayerObserver {
   public:
    struct Seen {
        Counts nonzero;
        std::int64_t values_per_channel = 0;
    };

    ActivityTap(const nn::Network<float>& network, ThreadPool& pool) : m_pool(pool) {
        for (const auto& [position, norm] : network.norm_layers()) m_norms.emplace(norm, position);
        for (const auto& [position, norm] : network.image_norm_layers()) m_norms.emplace(norm, position);
    }

    void saw_forward(const nn::Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) override {
        const bool is_rectified = m_norm_output == &x && layer.kind() == "ReLU";
        if (is_rectified) {
            Seen& seen = m_seen[m_norm];
            const Counts counts = nonzero_counts(y, m_pool);
            seen.nonzero.resize(counts.size(), 0);
            std::ranges::transform(seen.nonzero, counts, seen.nonzero.begin(), std::plus<>());
            seen.values_per_channel += y.shape().size() / std::max<std::int64_t>(y.shape().c, 1);
        }
        const auto norm = m_norms.find(&layer);
        m_norm_output = norm == m_norms.end() ? nullptr : &y;
        if (norm != m_norms.end()) m_norm = norm->second;
    }

    const std::unordered_map<std::int64_t, Seen>& seen() const { return m_seen; }

   private:
    ThreadPool& m_pool;
    std::unordered_map<const nn::Module<float>*, std::int64_t> m_norms;
    std::unordered_map<std::int64_t, Seen> m_seen;  ///< by the norm layer's position
    const Tensor<float>* m_norm_output = nullptr;   ///< if the last layer was a norm layer
    std::int64_t m_norm = 0;
};

}  // namespace

ChannelActivity channel_activity(const nn::Network<float>& network, const BatchSequence& batches, ThreadPool& pool,
                                 const Watch& watch) {
    const FlushDenormals flush;
    nn::Network<float> copy = network;
    ActivityTap tap(copy, pool);
    const nn::Pass pass{.pool = pool, .mode = nn::Mode::train, .update_buffers = false, .random = {}, .observer = &tap};
    ImageBatch batch;
    for (std::int64_t i = 0; i < batches.size(); ++i) {
        watch.report(i, batches.size());
        batches.load(i, pool, batch);
        copy.forward(batch.images, pass);
    }
    watch.report(batches.size(), batches.size());

    ChannelActivity result{.images = batches.images(), .layers = {}};
    const auto add = [&](std::int64_t position, const nn::NormLayer<float>& norm) {
        LayerActivity activity{
            .layer = {position}, .name = copy.leaves()[position]->name(), .eps = norm.eps(), .nonzero = {}};
        if (const auto found = tap.seen().find(position); found != tap.seen().end()) {
            for (const std::int64_t count : found->second.nonzero) {
                activity.nonzero.push_back(static_cast<double>(count) /
                                           static_cast<double>(found->second.values_per_channel));
            }
        }
        result.layers.push_back(std::move(activity));
    };
    for (const auto& [position, norm] : copy.norm_layers()) add(position, *norm);
    for (const auto& [position, norm] : copy.image_norm_layers()) add(position, *norm);
    std::ranges::sort(result.layers, {}, [](const LayerActivity& activity) { return activity.layer.value; });
    return result;
}

}  // namespace normscope::instruments
