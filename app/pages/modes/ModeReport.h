// What the Train vs eval page measures; on the feed's thread.
#pragma once

#include "app/models/DatasetPicture.h"
#include "app/models/StateFeed.h"
#include "core/instruments/BatchComposition.h"
#include "core/instruments/GapSplit.h"
#include "core/instruments/ModeDifference.h"

#include <QImage>
#include <QString>
#include <QStringList>

#include <optional>
#include <stop_token>
#include <vector>

namespace normscope::app {

/// One image through both modes, in its own batch.
struct ImageReport {
    std::int64_t image = 0;
    std::int64_t label = 0;
    QImage picture;
    std::vector<float> train;  ///< logits; empty if its batch is too small for statistics of its own
    std::vector<float> eval;
    std::int64_t neighbours = 0;  ///< other images of its batch
};

struct ModeReport {
    instruments::ModeDifference difference;
    std::vector<QImage> flipPictures;  ///< of the first flips
    std::optional<ImageReport> image;
    /// Eval mode with exact statistics of `exactBatches` training batches; nothing if it was not asked for.
    std::optional<instruments::Score> exact;
    std::int64_t exactBatches = 0;
    QStringList classNames;
};

/// What to measure beside the difference of the modes.
struct ModeWishes {
    std::int64_t image = 0;  ///< a held-out image
    bool exact = false;
};

/// Batches of training images that exact statistics are taken from.
constexpr std::int64_t exactTrainingBatches = 16;
/// Flips that are shown as pictures.
constexpr std::size_t mostFlipPictures = 60;

/// Over the first record.eval_images held-out images. Throws InputError if nothing is held out.
ModeReport measureModes(StateOnView& view, const ModeWishes& wishes);

/// The gap of all layers and its causes, over the same images.
struct GapReport {
    instruments::GapSplit split;
    StepIndex step;
    std::int64_t trainingBatches = 0;
    std::int64_t allTrainingBatches = 0;
};

/// Throws Cancelled if `stop` is triggered, and what measureModes() throws.
GapReport measureGap(StateOnView& view, const std::stop_token& stop);

}  // namespace normscope::app
