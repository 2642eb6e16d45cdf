#include "app/exports/OnnxCheck.h"

#include "core/Error.h"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <limits>

namespace normscope::exports {

void check_onnx(std::string_view bytes) {
    onnx::ModelProto model;
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw WorkError("The ONNX model cannot be read back.");
    }
    try {
        onnx::checker::check_model(model);
        // What onnx.checker.check_model(…, full_check=True) does.
        const onnx::ShapeInferenceOptions strict{/*check_type=*/true, /*strict_mode=*/1, /*data_prop=*/false};
        onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict);
    } catch (const std::exception& error) {
        throw WorkError("The ONNX model does not pass ONNX's own check: " + std::string(error.what()));
    }
}

}  // namespace normscope::exports
