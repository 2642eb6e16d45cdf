#include "core/instruments/GhostStatistics.h"

#include "core/Error.h"
#include "core/instruments/ChannelMoments.h"
#include "core/instruments/NormTap.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace normscope::instruments {
namespace {

/// Of every image by itself.
std::vector<ChannelMoments> moments_by_image(const Tensor<float>& x, ThreadPool& pool) {
    const Shape shape = x.shape();
    std::vector<ChannelMoments> moments(shape.n);
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) {
            ChannelMoments& image = moments[n];
            image.count = shape.h * shape.w;
            image.mean.assign(shape.c, 0.0);
            image.m2.assign(shape.c, 0.0);
            const float* values = x.image(n);
            for (std::int64_t i = 0; i < shape.image_size(); ++i) image.mean[i % shape.c] += values[i];
            for (double& mean : image.mean) mean /= static_cast<double>(image.count);
            for (std::int64_t i = 0; i < shape.image_size(); ++i) {
                const double deviation = values[i] - image.mean[i % shape.c];
                image.m2[i % shape.c] += deviation * deviation;
            }
        }
    });
    return moments;
}

/// Of runs of images.
std::vector<ChannelMoments> shards_of(std::span<const ChannelMoments> images, std::int64_t count) {
    const auto size = (static_cast<std::int64_t>(images.size()) + count - 1) / count;
    std::vector<ChannelMoments> shards;
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (i % size == 0) shards.emplace_back();
        shards.back().merge(images[i]);
    }
    for (const ChannelMoments& shard : shards) {
        if (shard.count == 1) {
            throw InputError("cut into " + std::to_string(count) + " shards, the batch of " +
                             std::to_string(images.size()) +
                             " images leaves one value per channel: there is no variance to normalize with.");
        }
    }
    return shards;
}

double ratio(double difference, double reference) {
    return std::sqrt(reference > 0 ? difference / reference : difference);
}

/// As BatchNorm2d: a constant channel without eps becomes β.
double inv_std_of(double var, double eps) {
    return var + eps == 0 ? 0 : 1.0 / std::sqrt(var + eps);
}

GhostSpread spread_of(const nn::BatchNorm2d<float>& layer, std::span<const ChannelMoments> images, std::int64_t count) {
    const auto shards = shards_of(images, count);
    ChannelMoments whole;
    for (const ChannelMoments& shard : shards) whole.merge(shard);

    const double eps = layer.options().eps;
    const auto n = static_cast<double>(whole.count);
    GhostSpread spread{.shards = static_cast<std::int64_t>(shards.size())};
    double all_differences = 0, all_outputs = 0;
    for (std::size_t c = 0; c < whole.mean.size(); ++c) {
        const double var = whole.biased_var(c), inv_std = inv_std_of(var, eps);
        double of_mean = 0, of_var = 0, difference = 0;
        for (const ChannelMoments& shard : shards) {
            const double share = static_cast<double>(shard.count) / n;
            const double shard_var = shard.biased_var(c);
            const double distance = shard.mean[c] - whole.mean[c];
            const double change = inv_std_of(shard_var, eps) - inv_std;
            of_mean += share * distance * distance;
            of_var += share * (shard_var - var) * (shard_var - var);
            difference += share * (shard_var * change * change + inv_std * inv_std * distance * distance);
        }
        const double weight = layer.options().affine ? layer.weight()[c] : 1.0;
        const double bias = layer.options().affine ? layer.bias()[c] : 0.0;
        difference *= weight * weight;
        const double output = weight * weight * var * inv_std * inv_std + bias * bias;
        spread.mean_spread.push_back(std::sqrt(of_mean) * inv_std);
        spread.var_spread.push_back(std::sqrt(of_var) * inv_std * inv_std);
        spread.output_difference.push_back(ratio(difference, output));
        all_differences += difference;
        all_outputs += output;
    }
    spread.overall_output_difference = ratio(all_differences, all_outputs);
    return spread;
}

}  // namespace

std::vector<GhostLayer> ghost_statistics(const nn::Network<float>& network, const Tensor<float>& images,
                                         std::span<const std::int64_t> shard_counts, ThreadPool& pool) {
    if (images.shape().n == 0) throw std::invalid_argument("an empty batch has no shards");
    if (std::ranges::any_of(shard_counts, [](std::int64_t count) { return count < 1; })) {
        throw InputError("a batch cannot be cut into less than one shard.");
    }
    const FlushDenormals flush;
    nn::Network<float> copy = network;
    std::vector<GhostLayer> layers;
    for (const auto& [position, layer] : copy.norm_layers()) {
        layers.push_back({.layer = {position}, .name = layer->name(), .by_shards = {}});
    }
    NormTap tap(copy, [&](std::size_t norm, const Tensor<float>& x, const Tensor<float>&) {
        const auto by_image = moments_by_image(x, pool);
        for (const std::int64_t count : shard_counts) {
            layers[norm].by_shards.push_back(spread_of(*copy.norm_layers()[norm].second, by_image, count));
        }
    });
    copy.forward(images, {pool, nn::Mode::train, /*update_buffers=*/false, {}, &tap});
    return layers;
}

}  // namespace normscope::instruments
