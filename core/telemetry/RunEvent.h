// A change made to a running experiment; every time axis marks it.
#pragma once

#include "core/telemetry/Indices.h"

#include <string>

namespace normscope::telemetry {

/// `step` is the last step done with the old value; values are written as the window shows them.
struct RunEvent {
    StepIndex step;
    std::string key;    ///< HyperparameterSpec::key, or what was edited, e.g. "bn1.running_mean[3]"
    std::string label;  ///< short text for a plot, e.g. "momentum 0.001"
    std::string old_value;
    std::string new_value;
};

}  // namespace normscope::telemetry
