#include "core/instruments/TrainingBatch.h"

#include "core/random/RandomStream.h"
#include "core/train/Trainer.h"

#include <algorithm>
#include <numeric>

namespace normscope::instruments {

ImageBatch next_training_batch(const Experiment& experiment, ThreadPool& pool) {
    const Recipe& recipe = experiment.recipe();
    BatchSampler sampler = experiment.sampler();
    const auto& indices = sampler.next(recipe.data.batch_size);
    ImageBatch batch;
    load_batch(*experiment.data().train, indices, recipe.data, pool, batch,
               AugmentSource{.seed = recipe.seed, .epoch = sampler.batch_epoch()});
    return batch;
}

ImageBatch held_out_batch(const Experiment& experiment, ThreadPool& pool) {
    const DataSplit& data = experiment.data();
    const Dataset& images = data.eval && data.eval->size() > 0 ? *data.eval : *data.train;
    std::vector<std::int64_t> indices(std::min(experiment.recipe().data.batch_size, images.size()));
    std::iota(indices.begin(), indices.end(), 0);
    ImageBatch batch;
    load_batch(images, indices, experiment.recipe().data, pool, batch);
    return batch;
}

std::vector<std::int64_t> image_with_neighbours(const Experiment& experiment, const Dataset& data, std::int64_t image) {
    const Recipe& recipe = experiment.recipe();
    const auto wanted = static_cast<std::size_t>(std::min(recipe.data.batch_size, data.size()));
    std::vector<std::int64_t> indices{image};
    RandomStream stream(recipe.seed, "instruments/neighbours");
    while (indices.size() < wanted) {
        const std::int64_t other = stream.below(static_cast<std::uint32_t>(data.size()));
        if (std::ranges::find(indices, other) == indices.end()) indices.push_back(other);
    }
    return indices;
}

nn::Pass pass_of(const Experiment& experiment, ThreadPool& pool, nn::Mode mode) {
    nn::Pass pass{.pool = pool, .mode = mode, .update_buffers = false};
    pass.kernels = nn::kernels_named(experiment.recipe().kernels);
    pass.random = {experiment.recipe().seed, training_pass(experiment.step(), 0)};
    return pass;
}

}  // namespace normscope::instruments
