// A network to an ONNX file that is known to work.
#pragma once

#include "app/exports/ExportModel.h"
#include "core/instruments/FoldBatchNorm.h"
#include "core/instruments/Watch.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace normscope::exports {

struct OnnxOptions {
    bool fold_batch_norm = false;  ///< into the layers before them, where those are linear maps
};

/// What was written, and how it was checked.
struct OnnxReport {
    std::uint64_t bytes = 0;
    std::vector<instruments::FoldRecord> folds;  ///< what became of each BatchNorm layer; empty unless asked to fold
    std::int64_t images = 0;                     ///< that OpenCV's dnn module answered as the engine does
    double difference = 0;                       ///< largest between the two's logits, against the largest logit
};

/// A larger OnnxReport::difference is a failure.
inline constexpr double onnx_tolerance = 1e-4;

/// Writes the network's eval mode (onnx_bytes()). Before anything is written the model passes ONNX's full check, and
/// OpenCV's dnn module gives the engine's logits for the first images as a batch, and for the first by itself.
///
/// Can run on any thread. Throws InputError (layers that ONNX has no words for, images of another shape, logits that
/// are not finite, a bad path), WorkError (a check failed, the disk is full), instruments::Cancelled. Whatever it
/// throws, a file at `path` is as it was.
OnnxReport export_onnx(ExportModel model, const Dataset& images, const OnnxOptions& options,
                       const std::filesystem::path& path, const instruments::Watch& watch = {});

}  // namespace normscope::exports
