// Turns the state after a step into a row of numbers.
#pragma once

#include "core/telemetry/RunDescription.h"
#include "core/telemetry/StepColumns.h"
#include "core/train/Experiment.h"
#include "core/train/Trainer.h"

#include <vector>

namespace normscope {

/// Columns recorded for a network: loss and accuracy, then per norm layer and channel its batch and
/// running statistics, γ and β as far as the layer has them, then what evaluations measure.
telemetry::SeriesSchema make_schema(const nn::Network<float>& network);

/// What the run is, for the window and for files. `run_id` distinguishes runs of one session.
telemetry::RunDescription describe(const Experiment& experiment, std::uint64_t run_id);

/// Appends the row of the step just done.
void record_step(const Experiment& experiment, const StepResult& result, telemetry::StepColumns& columns);

/// True if the recipe asks for an evaluation at the experiment's present step and there is something to measure.
bool evaluation_due(const Experiment& experiment);

/// Appends an evaluation made after the experiment's last step.
void record_evaluation(const Experiment& experiment, const telemetry::SeriesSchema& schema,
                       const Evaluation& evaluation, telemetry::StepColumns& columns);

}  // namespace normscope
