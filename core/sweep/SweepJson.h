// Sweeps as files: JSON, schema 1.
//
//   {"schema": 1, "name": …, "description": …,
//    "base": { a recipe, as far as it is not the default },
//    "steps": 200                       or "epochs": 3; without either the recipe's epochs
//    "runs": [{"label": "BN", "model": {"norm": {"type": "batch"}}, "optimizer.lr": 0.1, "steps": 100}, …],
//    "grid": {"model.norm.momentum": [0.01, 0.1], "seed": [1, 2, 3]},
//    "plots": […], "claims": […], "published": {…}}          see docs/sweeps.md
//
// Every entry of "runs" (one empty entry if there is none) meets every combination of the grid.
#pragma once

#include "core/sweep/Sweep.h"

#include <filesystem>
#include <string_view>

namespace normscope::sweep {

/// More runs than this are refused.
inline constexpr std::size_t max_runs = 100'000;

/// A sweep from JSON text. Throws InputError with `file_name`, line and column for what is not JSON, repeated and
/// unknown keys, settings that no recipe has, values out of range, runs that are listed twice, and claims about runs
/// that there are not.
Sweep parse_sweep(std::string_view json, std::string_view file_name);

/// parse_sweep() of a file of at most 1 MiB. Checkpoints, pictures and the like are recognised.
Sweep load_sweep(const std::filesystem::path& path);

}  // namespace normscope::sweep
