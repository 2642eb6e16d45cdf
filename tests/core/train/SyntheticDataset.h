// Small images made up on the spot, and a recipe that suits them.
#pragma once

#include "core/random/RandomStream.h"
#include "core/recipe/Recipe.h"
#include "core/train/Dataset.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace normscope::testing {

/// Square images of noise with a bright column that tells the class (one of four).
class SyntheticDataset : public Dataset {
   public:
    explicit SyntheticDataset(std::int64_t images, std::int64_t side = 8, std::int64_t channels = 1)
        : m_images(images), m_side(side), m_channels(channels) {}

    std::int64_t size() const override { return m_images; }
    std::int64_t height() const override { return m_side; }
    std::int64_t width() const override { return m_side; }
    std::int64_t channels() const override { return m_channels; }

    void read_image(std::int64_t index, std::span<float> pixels) const override {
        RandomStream noise(9, "image", static_cast<std::uint64_t>(index));
        const auto bright = label(index) * m_side / 4;
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            const auto column = static_cast<std::int64_t>(i) / m_channels % m_side;
            pixels[i] = 0.5F * noise.uniform() + (column == bright ? 0.5F : 0.0F);
        }
    }
    std::int64_t label(std::int64_t index) const override { return index * 7 % 4; }
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }

   private:
    std::int64_t m_images;
    std::int64_t m_side;
    std::int64_t m_channels;
    std::vector<std::string> m_class_names{"left", "half left", "half right", "right"};
    std::string m_name = "Synthetic";
};

inline DataSplit synthetic_split(std::int64_t train = 80, std::int64_t eval = 30) {
    return {std::make_shared<SyntheticDataset>(train), eval > 0 ? std::make_shared<SyntheticDataset>(eval) : nullptr};
}

/// Ten steps an epoch on 80 images, three epochs, an evaluation every five steps.
inline Recipe synthetic_recipe() {
    Recipe recipe;
    recipe.data.batch_size = 8;
    recipe.data.mean = {0.3};
    recipe.data.std = {0.25};
    recipe.record = {.eval_every = 5, .eval_images = 20};
    recipe.epochs = 3;
    return recipe;
}

}  // namespace normscope::testing
