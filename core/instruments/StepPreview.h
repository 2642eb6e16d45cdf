// The next training step taken apart: what it draws, computes and changes.
#pragma once

#include "core/train/Experiment.h"
#include "core/train/Trainer.h"

#include <cstdint>
#include <vector>

namespace normscope::instruments {

/// One norm layer in the step; vectors by channel, empty where the layer has no such values.
struct NormPreview {
    LayerIndex layer;
    std::vector<double> batch_mean;
    std::vector<double> batch_var;  ///< biased, as it normalizes
    std::vector<double> running_mean_before, running_mean_after;
    std::vector<double> running_var_before, running_var_after;
    std::vector<double> weight_before, weight_after;
    std::vector<double> bias_before, bias_after;
};

struct StepPreview {
    StepIndex step;            ///< the one being taken
    std::int64_t epoch = 0;    ///< zero-based, of its batch
    std::int64_t batch = 0;    ///< one-based within the epoch, of its first batch
    std::int64_t batches = 0;  ///< of an epoch
    StepResult result;
    double update_norm = 0;  ///< ‖θ_after − θ_before‖ of all parameters
    std::vector<NormPreview> norms;
};

/// Takes the step: the same bits as the run's own next step, if `experiment` is a copy of its state. Throws InputError
/// as Trainer::step() does.
StepPreview preview_step(Experiment& experiment, Trainer& trainer);

}  // namespace normscope::instruments
