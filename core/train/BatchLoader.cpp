#include "core/train/BatchLoader.h"

#include <algorithm>

namespace normscope {

void BatchLoader::prepare_normalization(const DataRecipe& recipe, std::int64_t channels) {
    // So many pixels' values at once fill any vector, whatever the number of channels.
    constexpr std::int64_t pixels = 16;
    m_means.resize(static_cast<std::size_t>(pixels * channels));
    m_scales.resize(m_means.size());
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        m_means[i] = static_cast<float>(recipe.mean[i % channels]);
        m_scales[i] = static_cast<float>(1.0 / recipe.std[i % channels]);
    }
}

void BatchLoader::normalize(std::span<float> image) const {
    const float* mean = m_means.data();
    const float* scale = m_scales.data();
    for (std::size_t begin = 0; begin < image.size(); begin += m_means.size()) {
        float* pixels = image.data() + begin;
        const std::size_t count = std::min(m_means.size(), image.size() - begin);
        for (std::size_t i = 0; i < count; ++i) pixels[i] = (pixels[i] - mean[i]) * scale[i];
    }
}

void BatchLoader::load(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe,
                       ThreadPool& pool, ImageBatch& batch, std::optional<AugmentSource> augment) {
    const auto count = static_cast<std::int64_t>(indices.size());
    const auto height = data.height(), width = data.width(), channels = data.channels();
    const bool changes = augment && augments(recipe.augment);
    batch.images.resize({count, height, width, channels});
    batch.labels.resize(indices.size());
    prepare_normalization(recipe, channels);
    m_augmenters.resize(work_groups);
    const auto image_size = static_cast<std::size_t>(batch.images.shape().image_size());
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(count, group);
        for (std::int64_t n = begin; n < end; ++n) {
            const std::span<float> image(batch.images.image(n), image_size);
            data.read_image(indices[n], image);
            if (changes) {
                const auto number = augmentation_number(augment->epoch, data.size(), indices[n]);
                m_augmenters[group].apply(draw_augmentation(recipe.augment, height, width, augment->seed, number),
                                          height, width, channels, image);
            }
            batch.labels[n] = data.label(indices[n]);
            normalize(image);
        }
    });
}

void load_batch(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
                ImageBatch& batch, std::optional<AugmentSource> augment) {
    BatchLoader().load(data, indices, recipe, pool, batch, augment);
}

}  // namespace normscope
