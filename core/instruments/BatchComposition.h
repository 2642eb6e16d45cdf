// A batch put together by hand: what its other images do to the logits of one.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/train/Experiment.h"

#include <cstdint>
#include <span>
#include <vector>

namespace normscope::instruments {

/// What stands in one place of a batch.
struct BatchPlace {
    enum class Source {
        held_out,  ///< image `index` of the held-out images
        noise,     ///< pixels uniform in [0, 1], another picture for every `index`
        white,     ///< all pixels 1
        black,     ///< all pixels 0
    };
    Source source = Source::held_out;
    std::int64_t index = 0;

    friend bool operator==(const BatchPlace&, const BatchPlace&) = default;
};

/// Logits of every place in both modes, (places, classes).
struct BatchLogits {
    std::vector<std::vector<float>> train;  ///< empty: too few values for statistics of their own
    std::vector<std::vector<float>> eval;
};

/// The pixels of a place in [0, 1], height × width × channels. Throws InputError for an index that no image has, or if
/// nothing is held out.
std::vector<float> pixels_of(const Experiment& experiment, const BatchPlace& place);

/// Runs the places as one batch, normalized as the recipe says, in both modes. Buffers stay untouched; the network's
/// activations are overwritten. Throws InputError as pixels_of() does.
BatchLogits batch_logits(Experiment& experiment, std::span<const BatchPlace> places, ThreadPool& pool);

}  // namespace normscope::instruments
