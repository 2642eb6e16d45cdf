// The way to a state of a run, for whoever wants to look at it without holding the run up.
#pragma once

#include "core/train/Experiment.h"
#include "core/train/Trainer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace normscope {

/// An immutable copy of an experiment at or before a step, and what changed from there on. A value: any thread may
/// keep it and reach() the step with a trainer of its own.
struct StatePath {
    std::uint64_t run_id = 0;
    StepIndex step;                          ///< where it leads to
    std::shared_ptr<const Experiment> from;  ///< at `step` or before
    std::vector<SettingChange> changes;      ///< log of the whole run, with which the copy's own log begins
};

/// Takes the steps from the copy to the step again, with the changes of settings where they were made: the same bits.
/// Nothing if `cancelled` said true between two steps; it may be empty. Throws InputError as Trainer::step() does.
std::optional<Experiment> reach(const StatePath& path, Trainer& trainer, const std::function<bool()>& cancelled = {});

}  // namespace normscope
