// model.py
#pragma once

#include "app/exports/ExportModel.h"

#include <string>
#include <string_view>

namespace normscope::exports {

/// In the first lines of every model.py, by which an earlier export is recognised.
inline constexpr std::string_view torch_source_mark = "exported by NormScope";

/// Python source that defines the network as torch.nn modules under the names of the state dict, `load_model()`,
/// `normalize()`, `read_safetensors()` and MEAN, STD, INPUT_SIZE, CLASSES. It needs Python 3.8, torch and numpy, and
/// weights.safetensors beside it. Throws InputError for networks that cannot be said so (torch_classes()).
std::string torch_source(const ExportModel& model);

}  // namespace normscope::exports
