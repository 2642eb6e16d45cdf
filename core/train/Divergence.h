// Where the first value that is not finite came from.
#pragma once

#include "core/nn/Network.h"
#include "core/telemetry/Indices.h"

#include <optional>
#include <span>
#include <string>

namespace normscope {

/// Found in the step that did it: the step before was the last good one.
struct Divergence {
    enum class Source {
        input,             ///< the images
        parameter,         ///< a value that was not finite before the step
        layer_input,       ///< what goes into a layer although no layer put it out: a sum of two branches
        output,            ///< of a layer
        batch_statistics,  ///< of a norm layer, beyond what float holds
        loss,
        gradient,  ///< of a parameter (`tensor`) or of a layer's output
        update,    ///< a parameter that the optimizer changed
    };

    StepIndex step;
    Source source = Source::loss;
    std::string layer;  ///< empty for input and loss
    std::optional<LayerIndex> layer_index;
    std::string tensor;                   ///< "weight", "bias"; empty where none is meant
    std::optional<ChannelIndex> channel;  ///< in PyTorch's first dimension for parameters
};

/// "At step 37 the first value that is not finite arose in the output of 'conv2', channel 5."
std::string sentence(const Divergence& divergence);
/// What usually helps, as a sentence.
std::string advice(const Divergence& divergence);

/// True if no value is NaN or infinite. Fast: for every step.
bool all_finite(std::span<const float> values);
/// True if gradients and batch statistics of the last forward and backward pass are.
bool is_finite(const nn::Network<float>& network);

/// Looks for the first such value of a training step, in the order in which a step makes them, by making it once more
/// without touching running statistics. For a network before its update; `loss_gradient` is ∂L/∂logits and `pass` how
/// the step was made. Divergence::step is left to the caller.
Divergence find_origin(nn::Network<float>& network, const Tensor<float>& images, const Tensor<float>& loss_gradient,
                       nn::Pass pass);
/// The first parameter that an update made not finite, or nothing.
std::optional<Divergence> find_in_update(const nn::Network<float>& network);

}  // namespace normscope
