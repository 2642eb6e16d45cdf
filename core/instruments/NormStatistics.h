// The means and variances that a norm layer normalizes a batch with.
#pragma once

#include "core/nn/NormLayer.h"
#include "core/parallel/ThreadPool.h"
#include "core/tensor/Tensor.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace normscope::instruments {

/// x̂ = (x − μ)/√(σ² + eps) with a μ and a σ² for every channel and set of images: one set for a whole batch or the
/// running statistics, one a ghost batch, one an image.
struct NormStatistics {
    std::int64_t channels = 0;
    double eps = 0;
    bool of_batch = false;             ///< measured on the values that are normalized; false: running statistics
    std::vector<std::int64_t> set_of;  ///< of each image
    std::vector<double> means;         ///< set · channels + channel
    std::vector<double> vars;          ///< biased where measured

    double mean(std::int64_t image, std::int64_t channel) const { return means[index(image, channel)]; }
    double var(std::int64_t image, std::int64_t channel) const { return vars[index(image, channel)]; }
    /// 1/√(σ² + eps); 0 where a constant batch meets eps 0, as in the layers.
    double inv_std(std::int64_t image, std::int64_t channel) const {
        const double sum = var(image, channel) + eps;
        return of_batch && sum == 0 ? 0 : 1 / std::sqrt(sum);
    }

   private:
    std::size_t index(std::int64_t image, std::int64_t channel) const {
        return static_cast<std::size_t>(set_of[image] * channels + channel);
    }
};

/// What `layer` takes for its input x (N, H, W, C) in this mode, in double: BatchNorm2d with its options as they are
/// now (frozen, ghost batches, no running statistics), GroupNorm, LayerNorm, InstanceNorm2d without running
/// statistics. The same bits for any number of threads.
NormStatistics norm_statistics(const nn::NormLayer<float>& layer, const Tensor<float>& x, nn::Mode mode,
                               ThreadPool& pool);

}  // namespace normscope::instruments
