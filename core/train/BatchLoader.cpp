#include "core/train/BatchLoader.h"

namespace normscope {

void load_batch(const Dataset& data, std::span<const std::int64_t> indices, const DataRecipe& recipe, ThreadPool& pool,
                ImageBatch& batch) {
    const auto count = static_cast<std::int64_t>(indices.size());
    const auto channels = data.channels();
    batch.images.resize({count, data.height(), data.width(), channels});
    batch.labels.resize(indices.size());
    const auto image_size = batch.images.shape().image_size();
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(count, group);
        for (std::int64_t n = begin; n < end; ++n) {
            float* pixels = batch.images.image(n);
            data.read_image(indices[n], {pixels, static_cast<std::size_t>(image_size)});
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
