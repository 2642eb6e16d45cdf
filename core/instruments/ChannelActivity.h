// Which channels of a norm layer still say something: those that are not always 0 behind the ReLU.
#pragma once

#include "core/instruments/BatchSequence.h"
#include "core/instruments/Watch.h"
#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Of one norm layer, by channel, over all images and pixels.
struct LayerActivity {
    LayerIndex layer;
    std::string name;
    double eps = 0;  ///< of the layer, added to the variance inside the root
    /// Share of the values behind the layer's ReLU that are not 0; NaN counts as not 0. Empty if no ReLU takes the
    /// layer's output as it is (a residual sum comes between, or another activation).
    std::vector<double> nonzero;
};

/// In the order of Network::leaves().
struct ChannelActivity {
    std::int64_t images = 0;
    std::vector<LayerActivity> layers;
};

/// Runs every batch once in train mode, without updating buffers, as training would see it. The network's parameters
/// and buffers stay untouched (a copy runs). Counts are whole numbers: the same for any number of threads. Throws
/// Cancelled, and InputError if a batch cannot be normalized.
ChannelActivity channel_activity(const nn::Network<float>& network, const BatchSequence& batches, ThreadPool& pool,
                                 const Watch& watch = {});

}  // namespace normscope::instruments
