// ONNX's own opinion about a file.
#pragma once

#include <string_view>

namespace normscope::exports {

/// The full check of onnx.checker: the model is well-formed, and strict shape inference goes through and agrees with
/// what the model says. Throws WorkError with libonnx's reason.
void check_onnx(std::string_view bytes);

}  // namespace normscope::exports
