// A network to a folder that PyTorch loads.
#pragma once

#include "app/exports/ExportModel.h"
#include "core/instruments/Watch.h"

#include <cstdint>
#include <filesystem>

namespace normscope::exports {

struct TorchReport {
    std::uint64_t bytes = 0;   ///< of all files
    std::int64_t tensors = 0;  ///< in the state dict
};

/// Writes the folder `path` with model.py (torch_source()), weights.safetensors (a checkpoint) and recipe.json. An
/// earlier export in its place is replaced as a whole; a folder that holds anything else is refused and left alone.
///
/// Can run on any thread. Throws InputError (a network that torch.nn cannot say, a bad path), WorkError (disk full),
/// instruments::Cancelled. Whatever it throws, what was at `path` is as it was.
TorchReport export_torch(const ExportModel& model, const std::filesystem::path& path,
                         const instruments::Watch& watch = {});

}  // namespace normscope::exports
