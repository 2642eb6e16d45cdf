// The values of one channel that a norm layer gets from the batch of the next training step, and what comes back.
#pragma once

#include "core/instruments/NormTerms.h"
#include "core/parallel/ThreadPool.h"
#include "core/tensor/Shape.h"
#include "core/train/Experiment.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// All by image, row and column: value (n, h, w) stands at (n·height + h)·width + w.
struct ChannelBatch {
    std::string layer;  ///< e.g. "bn1"
    NormChannel channel;
    Shape shape;                       ///< of the layer's input: (N, H, W, C)
    std::vector<std::int64_t> images;  ///< indices of the training images
    std::vector<double> x;
    std::vector<double> y;         ///< as the network computed them
    std::vector<double> gradient;  ///< ∂loss/∂y
};

/// Forward and backward of the first batch of the step that the experiment takes next, by the kernels it trains with,
/// without updating buffers. In train mode y is what that step computes (unless layers of chance stand before); eval
/// mode shows the same batch normalized with the buffers. The experiment's gradients are overwritten, its sampler moves
/// on. Throws InputError if `layer` is no BatchNorm layer, has no such channel, or normalizes ghost batches apart.
ChannelBatch channel_batch(Experiment& experiment, LayerIndex layer, ChannelIndex channel, nn::Mode mode,
                           ThreadPool& pool);

}  // namespace normscope::instruments
