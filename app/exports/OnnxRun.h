// An ONNX model at work in another program's engine.
#pragma once

#include "core/tensor/Tensor.h"

#include <string_view>
#include <vector>

namespace normscope::exports {

/// The logits (N, classes) that OpenCV's dnn module computes for images (N, H, W, C). Throws WorkError with OpenCV's
/// reason.
std::vector<float> run_in_opencv(std::string_view onnx, const Tensor<float>& images);

}  // namespace normscope::exports
