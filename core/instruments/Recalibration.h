// Running statistics set to exact ones, and back.
#pragma once

#include "core/instruments/PopulationStatistics.h"
#include "core/nn/Network.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// The buffers of one BatchNorm layer.
struct NormBuffers {
    std::string name;  ///< of the layer
    std::vector<float> running_mean;
    std::vector<float> running_var;
    std::int64_t num_batches_tracked = 0;

    friend bool operator==(const NormBuffers&, const NormBuffers&) = default;
};

enum class VarianceEstimate {
    biased,    ///< σ²
    unbiased,  ///< σ²·n/(n − 1) with n = LayerStatistics::count, all values that were measured
};

/// Buffers of all BatchNorm layers that have some.
std::vector<NormBuffers> norm_buffers(const nn::Network<float>& network);

/// Sets those buffers. Throws InputError, and changes nothing, if a layer's name or number of channels does not fit.
void set_norm_buffers(nn::Network<float>& network, const std::vector<NormBuffers>& buffers);

/// running_mean ← mean and running_var ← var for every layer with buffers; num_batches_tracked stays. Returns the
/// buffers from before, which set_norm_buffers() brings back. Throws InputError, and changes nothing, if the statistics
/// are of another network or of no image.
///
/// The default is the biased variance: eval mode then computes what train mode computes on a batch that is the whole
/// data set. The unbiased one is what PyTorch's buffers hold for such a batch at momentum 1; over a whole data set the
/// two hardly differ.
std::vector<NormBuffers> recalibrate(nn::Network<float>& network, const PopulationStatistics& statistics,
                                     VarianceEstimate estimate = VarianceEstimate::biased);

}  // namespace normscope::instruments
