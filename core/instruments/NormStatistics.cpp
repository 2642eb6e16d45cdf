#include "core/instruments/NormStatistics.h"

#include "core/instruments/ChannelMoments.h"
#include "core/nn/BatchNorm2d.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"

#include <algorithm>

namespace normscope::instruments {
namespace {

using nn::BatchNorm2d;

/// Of each image by itself, two passes.
std::vector<ChannelMoments> moments_of_images(const Tensor<float>& x, ThreadPool& pool) {
    const Shape& shape = x.shape();
    const auto pixels = shape.h * shape.w, channels = shape.c;
    std::vector<ChannelMoments> moments(shape.n);
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            ChannelMoments& image = moments[n];
            image = {.count = pixels, .mean = std::vector<double>(channels), .m2 = std::vector<double>(channels)};
            const float* values = x.image(n);
            for (std::int64_t i = 0; i < pixels * channels; ++i) image.mean[i % channels] += values[i];
            for (double& mean : image.mean) mean /= static_cast<double>(pixels);
            for (std::int64_t i = 0; i < pixels * channels; ++i) {
                const double distance = values[i] - image.mean[i % channels];
                image.m2[i % channels] += distance * distance;
            }
        }
    });
    return moments;
}

void add_set(NormStatistics& statistics, const ChannelMoments& moments) {
    for (std::int64_t c = 0; c < statistics.channels; ++c) {
        statistics.means.push_back(moments.mean[c]);
        statistics.vars.push_back(moments.biased_var(c));
    }
}

/// Sets of `images` images, the last of what is left.
void measure_sets(const Tensor<float>& x, std::int64_t images, ThreadPool& pool, NormStatistics& statistics) {
    const auto each = moments_of_images(x, pool);
    ChannelMoments set;
    for (std::int64_t n = 0; n < x.shape().n; ++n) {
        statistics.set_of[n] = n / images;
        set.merge(each[n]);
        if ((n + 1) % images != 0 && n + 1 != x.shape().n) continue;
        add_set(statistics, set);
        set = {};
    }
}

/// Each image's channels in groups of neighbours.
void measure_groups(const Tensor<float>& x, std::int64_t groups, ThreadPool& pool, NormStatistics& statistics) {
    const auto size = statistics.channels / groups;
    const auto each = moments_of_images(x, pool);
    for (std::int64_t n = 0; n < x.shape().n; ++n) {
        statistics.set_of[n] = n;
        for (std::int64_t group = 0; group < groups; ++group) {
            ChannelMoments together;
            for (std::int64_t c = group * size; c < (group + 1) * size; ++c) {
                together.merge({.count = each[n].count, .mean = {each[n].mean[c]}, .m2 = {each[n].m2[c]}});
            }
            statistics.means.insert(statistics.means.end(), size, together.mean[0]);
            statistics.vars.insert(statistics.vars.end(), size, together.biased_var(0));
        }
    }
}

void take_batch_norm(const BatchNorm2d<float>& layer, const Tensor<float>& x, nn::Mode mode, ThreadPool& pool,
                     NormStatistics& statistics) {
    const auto& options = layer.options();
    statistics.of_batch = !options.track_running_stats || (mode == nn::Mode::train && !options.frozen);
    if (!statistics.of_batch) {
        statistics.means.assign(layer.running_mean().begin(), layer.running_mean().end());
        statistics.vars.assign(layer.running_var().begin(), layer.running_var().end());
        return;
    }
    const auto shards = mode == nn::Mode::train ? options.ghost_batches : 1;
    measure_sets(x, std::max<std::int64_t>((x.shape().n + shards - 1) / shards, 1), pool, statistics);
}

}  // namespace

NormStatistics norm_statistics(const nn::NormLayer<float>& layer, const Tensor<float>& x, nn::Mode mode,
                               ThreadPool& pool) {
    NormStatistics statistics{.channels = x.shape().c, .eps = layer.eps(), .of_batch = true};
    statistics.set_of.assign(static_cast<std::size_t>(x.shape().n), 0);
    if (const auto* batch_norm = dynamic_cast<const BatchNorm2d<float>*>(&layer)) {
        take_batch_norm(*batch_norm, x, mode, pool, statistics);
    } else if (const auto* group_norm = dynamic_cast<const nn::GroupNorm<float>*>(&layer)) {
        measure_groups(x, group_norm->groups(), pool, statistics);
    } else if (dynamic_cast<const nn::InstanceNorm2d<float>*>(&layer)) {
        measure_groups(x, statistics.channels, pool, statistics);
    } else {
        measure_groups(x, 1, pool, statistics);
    }
    return statistics;
}

}  // namespace normscope::instruments
