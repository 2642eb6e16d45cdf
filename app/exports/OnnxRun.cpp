#include "app/exports/OnnxRun.h"

#include "core/Error.h"

#include <opencv2/dnn.hpp>

#include <array>

namespace normscope::exports {
namespace {

/// (N, C, H, W)
cv::Mat blob_of(const Tensor<float>& images) {
    const Shape& shape = images.shape();
    const std::array sizes{static_cast<int>(shape.n), static_cast<int>(shape.c), static_cast<int>(shape.h),
                           static_cast<int>(shape.w)};
    cv::Mat blob(static_cast<int>(sizes.size()), sizes.data(), CV_32F);
    auto* planes = blob.ptr<float>();
    const auto pixels = shape.h * shape.w;
    for (std::int64_t n = 0; n < shape.n; ++n) {
        // From pixels × channels to channels × pixels.
        MatrixMap<float>(planes + n * shape.image_size(), shape.c, pixels) =
            ConstMatrixMap<float>(images.image(n), pixels, shape.c).transpose();
    }
    return blob;
}

}  // namespace

std::vector<float> run_in_opencv(std::string_view onnx, const Tensor<float>& images) {
    try {
        cv::dnn::Net net = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
        net.setInput(blob_of(images));
        const cv::Mat logits = net.forward();
        if (logits.dims != 2 || logits.rows != images.shape().n || !logits.isContinuous()) {
            throw WorkError("OpenCV's dnn module gives logits of another shape.");
        }
        return {logits.ptr<float>(), logits.ptr<float>() + logits.total()};
    } catch (const cv::Exception& error) {
        throw WorkError("OpenCV's dnn module cannot run the ONNX model: " + error.err);
    }
}

}  // namespace normscope::exports
