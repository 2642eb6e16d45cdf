// Random changes to training images.
#pragma once

#include "core/recipe/Recipe.h"
#include "core/train/Dataset.h"

#include <cstdint>
#include <span>
#include <vector>

namespace normscope {

/// True if any change is switched on.
bool augments(const AugmentRecipe& recipe);

/// What happens to one image. The default changes nothing.
struct AugmentDraw {
    double top = 0;  ///< the cut-out: its corner and sides in pixels, not rounded
    double left = 0;
    double height = 0;  ///< 0: the whole image
    double width = 0;
    bool flip = false;
    std::int64_t down = 0;  ///< the shift in pixels; negative is up
    std::int64_t right = 0;
    double brightness = 1;  ///< factors
    double contrast = 1;
};

/// Draws for an image of height × width. Each option draws from a stream of its own, "augment flip" and so on, whose
/// number is `number`: what one option draws depends on the seed, the number and its own strength only.
///
///   crop        a side s uniform in [crop, 1], then the place of the s·height × s·width cut-out, uniform
///   flip        with probability 1/2
///   shift       down and right, each uniform in −shift … shift
///   brightness  a factor 1 + u, u uniform in ±brightness; contrast likewise
AugmentDraw draw_augmentation(const AugmentRecipe& recipe, std::int64_t height, std::int64_t width, std::uint64_t seed,
                              std::uint64_t number);

/// Which changes an image gets: a number for each image of each epoch.
std::uint64_t augmentation_number(std::int64_t epoch, std::int64_t images, std::int64_t index);

/// Changes images. Owns memory to work in; one for each thread.
class Augmenter {
   public:
    /// Changes `pixels` (height, width, channels in [0, 1]) in place: cut-out, resized back bilinearly (pixel centres,
    /// as torch.nn.functional.interpolate with align_corners=False); flip; shift, filled with 0; brightness, clamp(x ·
    /// f); contrast, clamp(m + (x − m) · f) with m the mean of the image, of three channels that of 0.2989 R + 0.587 G
    /// + 0.114 B. The last two are torchvision's adjust_brightness and adjust_contrast; clamped to [0, 1].
    void apply(const AugmentDraw& draw, std::int64_t height, std::int64_t width, std::int64_t channels,
               std::span<float> pixels);

   private:
    std::vector<float> m_before;
};

}  // namespace normscope
