#include "core/train/BatchLoader.h"

#include "core/train/Augment.h"

namespace normscope {

void load_batch(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
                ImageBatch& batch, std::optional<AugmentSource> augment) {
    const auto count = static_cast<std::int64_t>(indices.size());
    const auto height = data.height(), width = data.width(), channels = data.channels();
    const bool changes = augment && augments(recipe.augment);
    batch.images.resize({count, height, width, channels});
    batch.labels.resize(indices.size());
    const auto image_size = batch.images.shape().image_size();
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(count, group);
        Augmenter augmenter;
        for (std::int64_t n = begin; n < end; ++n) {
            float* pixels = batch.images.image(n);
            const std::span<float> image(pixels, static_cast<std::size_t>(image_size));
            data.read_image(indices[n], image);
            if (changes) {
                const auto number = augmentation_number(augment->epoch, data.size(), indices[n]);
                augmenter.apply(draw_augmentation(recipe.augment, height, width, augment->seed, number), height, width,
                                channels, image);
            }
            batch.labels[n] = data.label(indices[n]);
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto mean = static_cast<float>(recipe.mean[c]);
                const auto scale = static_cast<float>(1.0 / recipe.std[c]);
                for (std::int64_t i = c; i < image_size; i += channels) pixels[i] = (pixels[i] - mean) * scale;
            }
        }
    });
}

}  // namespace normscope
