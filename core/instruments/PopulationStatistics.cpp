#include "core/instruments/PopulationStatistics.h"

#include "core/instruments/ChannelMoments.h"
#include "core/instruments/NormTap.h"

#include <algorithm>

namespace normscope::instruments {
namespace {

/// Statistics of one layer as batches come in.
struct Pooled {
    ChannelMoments moments;
    std::vector<double> unbiased_var_sum;

    void add(const ChannelMoments& batch) {
        unbiased_var_sum.resize(batch.mean.size(), 0.0);
        // A frozen layer takes single values too.
        const auto freedom = static_cast<double>(std::max<std::int64_t>(batch.count - 1, 1));
        for (std::size_t c = 0; c < batch.m2.size(); ++c) unbiased_var_sum[c] += batch.m2[c] / freedom;
        moments.merge(batch);
    }
};

LayerStatistics statistics_of(const Pooled& pooled, std::int64_t batches) {
    LayerStatistics result{.count = pooled.moments.count, .mean = pooled.moments.mean};
    for (std::size_t c = 0; c < pooled.moments.m2.size(); ++c) {
        result.var.push_back(pooled.moments.biased_var(c));
        result.unbiased_batch_var.push_back(pooled.unbiased_var_sum[c] / static_cast<double>(batches));
    }
    return result;
}

}  // namespace

std::vector<double> LayerStatistics::unbiased_var() const {
    const double factor = count > 1 ? static_cast<double>(count) / static_cast<double>(count - 1) : 1.0;
    std::vector<double> unbiased = var;
    for (double& value : unbiased) value *= factor;
    return unbiased;
}

PopulationStatistics population_statistics(const nn::Network<float>& network, const BatchSequence& batches,
                                           ThreadPool& pool, const Watch& watch) {
    const FlushDenormals flush;
    nn::Network<float> copy = network;
    std::vector<Pooled> pooled(copy.norm_layers().size());
    NormTap tap(copy, [&](std::size_t norm, const Tensor<float>& x, const Tensor<float>&) {
        pooled[norm].add(channel_moments(x, pool));
    });
    const nn::Pass pass{.pool = pool, .mode = nn::Mode::train, .update_buffers = false, .random = {}, .observer = &tap};

    ImageBatch batch;
    for (std::int64_t i = 0; i < batches.size(); ++i) {
        watch.report(i, batches.size());
        batches.load(i, pool, batch);
        copy.forward(batch.images, pass);
    }
    watch.report(batches.size(), batches.size());

    PopulationStatistics result{.images = batches.images()};
    for (std::size_t norm = 0; norm < pooled.size(); ++norm) {
        const auto& [position, layer] = copy.norm_layers()[norm];
        LayerStatistics statistics = statistics_of(pooled[norm], batches.size());
        statistics.layer = {position};
        statistics.name = layer->name();
        if (batches.images() > 0) {
            statistics.values_per_batch =
                statistics.count / batches.images() * std::min(batches.batch_size(), batches.images());
        }
        result.layers.push_back(std::move(statistics));
    }
    return result;
}

}  // namespace normscope::instruments
