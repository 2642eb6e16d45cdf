// What a network answers in train mode and in eval mode.
#pragma once

#include "core/instruments/BatchSequence.h"
#include "core/instruments/Score.h"
#include "core/instruments/Watch.h"
#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::instruments {

/// ‖y_train − y_eval‖ / ‖y_train‖ over all measured images. Where y_train is 0, the numerator alone.
struct LayerDifference {
    LayerIndex layer;
    std::string name;
    double overall = 0;
    std::vector<double> channels;
};

/// An image whose predicted class depends on the mode.
struct Flip {
    std::int64_t image = 0;  ///< index in the data set
    std::int64_t label = 0;
    std::int64_t train_prediction = 0;  ///< −1: the largest logit is not finite
    std::int64_t eval_prediction = 0;

    friend bool operator==(const Flip&, const Flip&) = default;
};

struct ModeDifference {
    std::int64_t images = 0;
    std::vector<LayerDifference> layers;  ///< outputs of Network::norm_layers(), in their order
    double logits = 0;                    ///< ‖z_train − z_eval‖ / ‖z_train‖
    std::vector<double> logits_by_class;  ///< the same by class
    Score train;  ///< each batch normalized with its own statistics; NaN if no batch is large enough for that
    Score eval;
    std::vector<Flip> flips;  ///< in the order of the images
};

/// Runs every batch through both modes; one too small for statistics of its own counts in eval mode only. Sums run in
/// double, by channel, in an order that does not depend on the number of threads. Whatever else differs between the
/// modes (Dropout) counts too.
///
/// Parameters and buffers stay untouched; the network is not const because its activations are overwritten, and the
/// last batch statistics of its norm layers. Memory: the norm layers' outputs of one batch. All zero without images.
/// Throws Cancelled.
ModeDifference mode_difference(nn::Network<float>& network, const BatchSequence& batches, ThreadPool& pool,
                               const Watch& watch = {});

}  // namespace normscope::instruments
