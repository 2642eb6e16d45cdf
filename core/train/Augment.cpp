#include "core/train/Augment.h"

#include "core/random/RandomStream.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace normscope {
namespace {

struct Size {
    std::int64_t height;
    std::int64_t width;
    std::int64_t channels;
};

/// Where an output pixel takes its value from along one axis: between two input pixels.
struct Tap {
    std::int64_t first;
    std::int64_t second;
    float share;  ///< of the second
};

/// Output i of `size` from the stretch that begins at `begin` and is `length` pixels long.
Tap tap_of(std::int64_t i, std::int64_t size, double begin, double length) {
    const double centre = begin + (static_cast<double>(i) + 0.5) * length / static_cast<double>(size) - 0.5;
    const double place = std::clamp(centre, 0.0, static_cast<double>(size - 1));
    const auto first = static_cast<std::int64_t>(place);
    return {first, std::min(first + 1, size - 1), static_cast<float>(place - std::floor(place))};
}

void crop(const AugmentDraw& draw, const Size& size, std::span<const float> from, std::span<float> to) {
    const auto row = size.width * size.channels;
    for (std::int64_t h = 0; h < size.height; ++h) {
        const Tap down = tap_of(h, size.height, draw.top, draw.height);
        for (std::int64_t w = 0; w < size.width; ++w) {
            const Tap right = tap_of(w, size.width, draw.left, draw.width);
            for (std::int64_t c = 0; c < size.channels; ++c) {
                const auto at = [&](std::int64_t y, std::int64_t x) { return from[y * row + x * size.channels + c]; };
                const auto along = [&](std::int64_t y) {
                    return at(y, right.first) + (at(y, right.second) - at(y, right.first)) * right.share;
                };
                const float upper = along(down.first);
                to[h * row + w * size.channels + c] = upper + (along(down.second) - upper) * down.share;
            }
        }
    }
}

void flip(const Size& size, std::span<float> pixels) {
    for (std::int64_t h = 0; h < size.height; ++h) {
        float* row = pixels.data() + h * size.width * size.channels;
        for (std::int64_t w = 0; w < size.width / 2; ++w) {
            float* left = row + w * size.channels;
            std::swap_ranges(left, left + size.channels, row + (size.width - 1 - w) * size.channels);
        }
    }
}

void shift(const AugmentDraw& draw, const Size& size, std::span<const float> from, std::span<float> to) {
    std::ranges::fill(to, 0.0F);
    const auto row = size.width * size.channels;
    const std::int64_t first = std::max<std::int64_t>(0, draw.right);
    const std::int64_t last = std::min(size.width, size.width + draw.right);
    for (std::int64_t h = 0; h < size.height; ++h) {
        const std::int64_t source = h - draw.down;
        if (source < 0 || source >= size.height || first >= last) continue;
        const float* begin = from.data() + source * row + (first - draw.right) * size.channels;
        std::copy(begin, begin + (last - first) * size.channels, to.data() + h * row + first * size.channels);
    }
}

/// Mean of the image in grey.
double grey_mean(const Size& size, std::span<const float> pixels) {
    constexpr std::array weights{0.2989, 0.587, 0.114};
    double sum = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t channel = i % static_cast<std::size_t>(size.channels);
        sum += pixels[i] * (size.channels == 3 ? weights[channel] : 1.0 / static_cast<double>(size.channels));
    }
    return sum / static_cast<double>(size.height * size.width);
}

/// clamp(middle + (x − middle) · factor)
void stretch(double middle, double factor, std::span<float> pixels) {
    const auto scale = static_cast<float>(factor), offset = static_cast<float>(middle * (1 - factor));
    for (float& pixel : pixels) pixel = std::clamp(pixel * scale + offset, 0.0F, 1.0F);
}

double between(RandomStream& stream, double low, double high) {
    return low + (high - low) * static_cast<double>(stream.uniform());
}

}  // namespace

bool augments(const AugmentRecipe& recipe) {
    return recipe.flip || recipe.shift > 0 || recipe.crop < 1 || recipe.brightness > 0 || recipe.contrast > 0;
}

AugmentDraw draw_augmentation(const AugmentRecipe& recipe, std::int64_t height, std::int64_t width, std::uint64_t seed,
                              std::uint64_t number) {
    AugmentDraw draw;
    if (recipe.crop < 1) {
        RandomStream stream(seed, "augment crop", number);
        const double side = between(stream, recipe.crop, 1);
        draw.height = side * static_cast<double>(height);
        draw.width = side * static_cast<double>(width);
        draw.top = between(stream, 0, static_cast<double>(height) - draw.height);
        draw.left = between(stream, 0, static_cast<double>(width) - draw.width);
    }
    if (recipe.flip) draw.flip = RandomStream(seed, "augment flip", number).below(2) == 1;
    if (recipe.shift > 0) {
        RandomStream stream(seed, "augment shift", number);
        const auto places = static_cast<std::uint32_t>(2 * recipe.shift + 1);
        draw.down = static_cast<std::int64_t>(stream.below(places)) - recipe.shift;
        draw.right = static_cast<std::int64_t>(stream.below(places)) - recipe.shift;
    }
    if (recipe.brightness > 0) {
        RandomStream stream(seed, "augment brightness", number);
        draw.brightness = between(stream, 1 - recipe.brightness, 1 + recipe.brightness);
    }
    if (recipe.contrast > 0) {
        RandomStream stream(seed, "augment contrast", number);
        draw.contrast = between(stream, 1 - recipe.contrast, 1 + recipe.contrast);
    }
    return draw;
}

std::uint64_t augmentation_number(std::int64_t epoch, std::int64_t images, std::int64_t index) {
    return static_cast<std::uint64_t>(epoch) * static_cast<std::uint64_t>(images) + static_cast<std::uint64_t>(index);
}

void Augmenter::apply(const AugmentDraw& draw, std::int64_t height, std::int64_t width, std::int64_t channels,
                      std::span<float> pixels) {
    const Size size{height, width, channels};
    if (draw.height > 0) {
        m_before.assign(pixels.begin(), pixels.end());
        crop(draw, size, m_before, pixels);
    }
    if (draw.flip) flip(size, pixels);
    if (draw.down != 0 || draw.right != 0) {
        m_before.assign(pixels.begin(), pixels.end());
        shift(draw, size, m_before, pixels);
    }
    if (draw.brightness != 1) stretch(0, draw.brightness, pixels);
    if (draw.contrast != 1) stretch(grey_mean(size, pixels), draw.contrast, pixels);
}

}  // namespace normscope
