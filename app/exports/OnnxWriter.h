// A network as an ONNX file.
#pragma once

#include "app/exports/ExportModel.h"
#include "core/instruments/FoldBatchNorm.h"

#include <string>
#include <vector>

namespace normscope::exports {

/// The bytes of an ONNX model, opset 15, ir_version 8, of eval mode. Input "input" (N, C, H, W), normalized as the
/// recipe says; output "logits" (N, classes); any N. Constants are named as in the state dict. In metadata_props, JSON:
///
///   normscope.recipe, normscope.step, normscope.data (DataDescription), normscope.classes, normscope.mean,
///   normscope.std, normscope.version, normscope.folded: norm layers that are not there any more
///
/// Momentum is ONNX's, 1 − PyTorch's. Dropout and noise do nothing in eval mode and are left out. `folds`: what
/// fold_batch_norm() did to model.network. Throws InputError for a layer that cannot be said in ONNX and for networks
/// beyond the format's 2 GiB.
std::string onnx_bytes(const ExportModel& model, const std::vector<instruments::FoldRecord>& folds = {});

}  // namespace normscope::exports
