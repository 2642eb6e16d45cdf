// What the Feature maps page asks about the state on view. On the feed's thread.
#pragma once

#include "app/models/DatasetPicture.h"
#include "app/models/StateFeed.h"
#include "core/instruments/FeatureMaps.h"

#include <QImage>

#include <cstdint>
#include <string>
#include <vector>

namespace normscope::app {

/// From the image there is to the one wanted, among those of the class wanted.
enum class ImageMove { Stay, Previous, Next, Random };

struct ImageQuestion {
    std::uint64_t run = 0;
    LayerIndex layer;
    bool heldOut = true;
    nn::Mode mode = nn::Mode::eval;
    std::int64_t index = 0;
    std::int64_t wantedClass = -1;  ///< −1: any
    ImageMove move = ImageMove::Stay;
    std::uint32_t dice = 0;  ///< decides a random move
};

/// An image and its maps.
struct ImageMaps {
    ImageQuestion question;
    StepIndex step;
    std::int64_t index = 0;   ///< after the move
    std::int64_t images = 0;  ///< in the set
    bool isHeldOut = false;   ///< false, too, if nothing is held out
    std::int64_t label = 0;
    std::vector<std::string> classNames;
    QImage picture;              ///< as stored
    std::int64_t batchSize = 1;  ///< images normalized together
    instruments::FeatureMaps maps;
};

/// The index of the image after a move; the one there is if no image is of the class. Never outside the set.
std::int64_t movedIndex(const Dataset& data, const ImageQuestion& question);

/// Throws InputError and std::invalid_argument as the instruments do.
ImageMaps measureMaps(const ImageQuestion& question, Experiment& experiment, ThreadPool& pool);

}  // namespace normscope::app
