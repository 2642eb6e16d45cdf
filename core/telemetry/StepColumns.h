// What the trainer hands over: values of some consecutive steps.
#pragma once

#include "core/telemetry/Indices.h"

#include <vector>

namespace normscope::telemetry {

/// One value of a sparse series.
struct SparsePoint {
    SeriesIndex series;
    StepIndex step;
    float value = 0;
};

/// Consecutive steps of one run. `dense` is row-major: steps.size() × SeriesSchema::dense_count().
struct StepColumns {
    std::vector<StepIndex> steps;
    std::vector<float> dense;
    std::vector<SparsePoint> sparse;

    bool empty() const { return steps.empty() && sparse.empty(); }
};

}  // namespace normscope::telemetry
