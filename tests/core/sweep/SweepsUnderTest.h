// Sweeps and made-up results for tests.
#pragma once

#include "core/sweep/RunResult.h"
#include "core/sweep/SweepJson.h"

#include <functional>
#include <string>

namespace normscope::testing {

/// Two norm types, two batch sizes, three seeds.
inline const std::string norm_and_batch = R"({
  "schema": 1, "steps": 50,
  "base": {"record": {"eval_every": 0}},
  "grid": {"model.norm.type": ["batch", "group"], "data.batch_size": [2, 32], "seed": [1, 2, 3]}
})";

/// Every run done, with the value that `value` gives it.
inline sweep::SweepResults results_with(const sweep::Sweep& sweep, const std::string& name,
                                        const std::function<double(const sweep::SweepRun&)>& value) {
    sweep::SweepResults results;
    for (const auto& run : sweep.runs) {
        results.runs.push_back({.status = sweep::RunStatus::done, .message = {}, .values = {{name, value(run)}}});
    }
    return results;
}

}  // namespace normscope::testing
