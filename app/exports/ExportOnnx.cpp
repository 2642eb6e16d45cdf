#include "app/exports/ExportOnnx.h"

#include "app/exports/OnnxCheck.h"
#include "app/exports/OnnxRun.h"
#include "app/exports/OnnxWriter.h"
#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/train/BatchLoader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace normscope::exports {
namespace {

constexpr std::int64_t most_images = 7;  // an odd number, so that no reader's batch fits by accident
constexpr std::int64_t stages = 4;       // written, checked, run, saved

void check_shape(const ExportModel& model, const Dataset& images) {
    const Shape& shape = model.network.image_shape();
    if (images.size() < 1) throw InputError("There is no image to try the exported network on.");
    if (images.height() == shape.h && images.width() == shape.w && images.channels() == shape.c) return;
    throw InputError("The network is for images of " + std::to_string(shape.w) + "×" + std::to_string(shape.h) +
                     " pixels with " + std::to_string(shape.c) + " channels; those of " + images.name() + " have " +
                     std::to_string(images.width()) + "×" + std::to_string(images.height()) + " and " +
                     std::to_string(images.channels()) + ".");
}

std::vector<float> logits_of(nn::Network<float>& network, const Tensor<float>& images, ThreadPool& pool) {
    const FlushDenormals flush;
    const auto logits = network.forward(images, {pool, nn::Mode::eval}).values();
    const bool is_finite = std::ranges::all_of(logits, [](float value) { return std::isfinite(value); });
    if (!is_finite) {
        throw InputError(
            "The network's logits are not finite (NaN or infinite), so that no export of it can be checked: it has "
            "diverged, or its state is damaged.");
    }
    return {logits.begin(), logits.end()};
}

double largest_difference(const std::vector<float>& found, const std::vector<float>& expected, double scale) {
    if (found.size() != expected.size()) throw WorkError("OpenCV's dnn module gives logits of another shape.");
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
        if (!(difference <= largest)) largest = difference;  // NaN stays
    }
    return largest == 0 ? 0 : largest / scale;
}

/// Runs both engines on the first images, as a batch, and on the first one.
void compare(ExportModel& original, std::string_view onnx, const Dataset& images, const instruments::Watch& watch,
             OnnxReport& report) {
    ThreadPool pool(1);
    report.images = std::min(images.size(), most_images);
    std::vector<std::int64_t> indices(static_cast<std::size_t>(report.images));
    std::iota(indices.begin(), indices.end(), 0);
    ImageBatch batch;
    load_batch(images, indices, original.recipe.data, pool, batch);
    const auto expected = logits_of(original.network, batch.images, pool);
    double scale = 0;
    for (const float value : expected) scale = std::max(scale, std::abs(static_cast<double>(value)));
    const auto found = run_in_opencv(onnx, batch.images);
    report.difference = largest_difference(found, expected, scale);

    watch.report(1, 2);
    // By itself, since batches of one take other ways.
    load_batch(images, std::span(indices).first(1), original.recipe.data, pool, batch);
    const auto classes = static_cast<std::ptrdiff_t>(expected.size() / indices.size());
    const std::vector<float> of_first(expected.begin(), expected.begin() + classes);
    const double alone = largest_difference(run_in_opencv(onnx, batch.images), of_first, scale);
    if (!(alone <= report.difference)) report.difference = alone;
    if (report.difference <= onnx_tolerance) return;
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(),
                  "The ONNX model does not answer as the engine does: in OpenCV's dnn module, its logits are off by "
                  "%.1e of their scale.",
                  report.difference);
    throw WorkError(text.data());
}

}  // namespace

OnnxReport export_onnx(ExportModel model, const Dataset& images, const OnnxOptions& options,
                       const std::filesystem::path& path, const instruments::Watch& watch) {
    check_shape(model, images);
    watch.report(0, stages);
    OnnxReport report;
    std::string bytes;
    if (options.fold_batch_norm) {
        auto folded = instruments::fold_batch_norm(model.network);
        report.folds = std::move(folded.records);
        bytes = onnx_bytes({std::move(folded.network), model.recipe, model.step, model.data}, report.folds);
    } else {
        bytes = onnx_bytes(model);
    }
    report.bytes = bytes.size();
    watch.report(1, stages);
    check_onnx(bytes);
    watch.report(2, stages);
    compare(model, bytes, images, watch.part(0.5, 0.75), report);
    watch.report(3, stages);
    io::write_file(path, bytes);
    if (watch.progress) watch.progress(1);  // too late to be cancelled
    return report;
}

}  // namespace normscope::exports
