// What an export is made from.
#pragma once

#include "core/nn/Network.h"
#include "core/recipe/Recipe.h"
#include "core/telemetry/Indices.h"
#include "core/train/Checkpoint.h"
#include "core/train/DataDescription.h"

#include <optional>
#include <string>
#include <vector>

namespace normscope::exports {

/// One consistent step of a network, with what its users need to know about it. A value of its own: whatever it was
/// taken from may go on.
struct ExportModel {
    nn::Network<float> network;
    Recipe recipe;
    std::optional<StepIndex> step;  ///< none: a state dict that does not say
    DataDescription data;
};

ExportModel export_model_of(const Experiment& experiment);

/// The network of `recipe` for such data, with a checkpoint's state; sentences about what should be looked at are
/// appended to `notes`. Throws InputError if the three do not fit together.
ExportModel export_model_of(const ModelState& state, const Recipe& recipe, const DataDescription& data,
                            std::vector<std::string>& notes);

/// Name of the state's tensor `what` of a layer, e.g. "layer1.bn2.running_mean".
inline std::string state_name(const nn::Module<float>& layer, const char* what) {
    return layer.name() + "." + what;
}

}  // namespace normscope::exports
