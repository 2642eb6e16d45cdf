#include "core/instruments/BatchSequence.h"

#include "core/random/RandomStream.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace normscope::instruments {

BatchSequence::BatchSequence(const Dataset& data, const DataRecipe& recipe, std::vector<std::int64_t> images,
                             std::int64_t batch_size)
    : m_data(data), m_recipe(recipe), m_images(std::move(images)), m_batch_size(batch_size) {
    if (batch_size < 1) throw std::invalid_argument("batches need at least one image");
    m_batches = (this->images() + batch_size - 1) / batch_size;
    const bool is_last_alone = batch_size > 1 && m_batches > 1 && this->images() % batch_size == 1;
    if (is_last_alone) --m_batches;
}

std::span<const std::int64_t> BatchSequence::images_of(std::int64_t batch) const {
    const auto begin = batch * m_batch_size;
    const auto end = batch + 1 == m_batches ? images() : begin + m_batch_size;
    return std::span(m_images).subspan(begin, end - begin);
}

void BatchSequence::load(std::int64_t batch, ThreadPool& pool, ImageBatch& into) const {
    load_batch(m_data, images_of(batch), m_recipe, pool, into);
}

BatchSequence held_out_images(const Experiment& experiment, std::int64_t most_images) {
    const DataSplit& data = experiment.data();
    const auto count = data.eval ? std::clamp<std::int64_t>(most_images, 0, data.eval->size()) : 0;
    std::vector<std::int64_t> images(count);
    std::iota(images.begin(), images.end(), 0);
    const DataRecipe& recipe = experiment.recipe().data;
    return {data.eval ? *data.eval : *data.train, recipe, std::move(images), recipe.batch_size};
}

BatchSequence training_images(const Experiment& experiment, std::int64_t most_batches) {
    const Dataset& data = *experiment.data().train;
    const Recipe& recipe = experiment.recipe();
    auto images = permutation(data.size(), RandomStream(recipe.seed, "instruments/training images"));
    const auto most_images =
        static_cast<std::uint64_t>(most_batches) * static_cast<std::uint64_t>(recipe.data.batch_size);
    if (most_batches > 0 && most_images < images.size()) images.resize(most_images);
    return {data, recipe.data, std::move(images), recipe.data.batch_size};
}

}  // namespace normscope::instruments
