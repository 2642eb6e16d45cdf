#include "app/pages/FeatureMapsQuestion.h"

#include "core/instruments/TrainingBatch.h"

#include <algorithm>
#include <cmath>

namespace normscope::app {

std::int64_t movedIndex(const Dataset& data, const ImageQuestion& question) {
    const std::int64_t size = data.size();
    const std::int64_t here = std::clamp<std::int64_t>(question.index, 0, size - 1);
    const bool random = question.move == ImageMove::Random;
    const std::int64_t start = random ? question.dice % size : here;
    const std::int64_t direction = question.move == ImageMove::Previous ? -1 : 1;
    const bool leaves = question.move == ImageMove::Previous || question.move == ImageMove::Next;
    for (std::int64_t i = leaves ? 1 : 0; i <= size; ++i) {
        const std::int64_t index = ((start + direction * i) % size + size) % size;
        if (question.wantedClass < 0 || data.label(index) == question.wantedClass) return index;
    }
    return here;
}

ImageMaps measureMaps(const ImageQuestion& question, Experiment& experiment, ThreadPool& pool) {
    const DataSplit& split = experiment.data();
    const bool heldOut = question.heldOut && split.eval && split.eval->size() > 0;
    const Dataset& data = heldOut ? *split.eval : *split.train;
    ImageMaps result{.question = question,
                     .step = experiment.step(),
                     .index = movedIndex(data, question),
                     .images = data.size(),
                     .isHeldOut = heldOut,
                     .classNames = data.class_names()};
    result.label = data.label(result.index);
    result.picture = pictureOf(data, result.index);
    const bool together = question.mode == nn::Mode::train;
    const auto indices =
        together ? instruments::image_with_neighbours(experiment, data, result.index) : std::vector{result.index};
    result.batchSize = static_cast<std::int64_t>(indices.size());
    ImageBatch batch;
    load_batch(data, indices, experiment.recipe().data, pool, batch);
    const auto view = instruments::view_norm(experiment.network(), question.layer, batch.images,
                                             instruments::pass_of(experiment, pool, question.mode));
    result.maps = instruments::feature_maps(view);
    return result;
}

}  // namespace normscope::app
