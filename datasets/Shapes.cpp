#include "datasets/Shapes.h"

#include "core/random/RandomStream.h"
#include "datasets/ImageArrayDataset.h"
#include "datasets/ShapeDrawing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace normscope::datasets {
namespace {

constexpr std::size_t most_channels = 3;
constexpr std::int64_t images_between_reports = 100;
constexpr double background_spread = 0.05;
constexpr double least_difference = 0.4;  // of the shape's colour from the background, in at least one channel
constexpr double smallest_radius = 0.24;  // of the picture's side
constexpr double largest_radius = 0.42;
constexpr double largest_half_tilt = 0.2679491924311227;  // tan(15°): tilts up to 30°

using Colour = std::array<double, most_channels>;

double between(RandomStream& random, double low, double high) {
    return low + (high - low) * static_cast<double>(random.uniform());
}

/// A rotation by 2·atan(t); no library sine, so that every machine draws the same.
ShapePlace random_place(RandomStream& random, double size) {
    ShapePlace place;
    place.radius = size * between(random, smallest_radius, largest_radius);
    place.x = between(random, place.radius, size - place.radius);
    place.y = between(random, place.radius, size - place.radius);
    const double t = between(random, -largest_half_tilt, largest_half_tilt);
    place.cosine = (1 - t * t) / (1 + t * t);
    place.sine = 2 * t / (1 + t * t);
    return place;
}

Colour random_colour(RandomStream& random, double background, std::size_t channels) {
    constexpr int tries = 32;
    Colour colour{};
    double difference = 0;
    for (int i = 0; i < tries && difference < least_difference; ++i) {
        difference = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            colour[c] = static_cast<double>(random.uniform());
            difference = std::max(difference, std::abs(colour[c] - background));
        }
    }
    if (difference < least_difference) colour.fill(background < 0.5 ? 1 : 0);
    return colour;
}

/// Mean 0, variance 1: the sum of four numbers uniform in [0, 1) has mean 2 and variance 4/12.
double random_noise(RandomStream& random) {
    constexpr double scale = 1.0 / 65536;
    double sum = 0;
    for (int i = 0; i < 2; ++i) {
        const std::uint32_t bits = random.next();
        sum += (static_cast<double>(bits >> 16) + static_cast<double>(bits & 0xFFFF) + 1) * scale;
    }
    return (sum - 2) * 1.7320508075688772;
}

void draw(std::span<std::byte> image, std::size_t kind, const ShapesRecipe& recipe, const ShapesDomain& domain,
          RandomStream random) {
    const auto channels = static_cast<std::size_t>(recipe.channels);
    const double background = domain.background + between(random, -background_spread, background_spread);
    const Colour colour = random_colour(random, background, channels);
    const ShapePlace place = random_place(random, static_cast<double>(recipe.size));
    const auto coverage = shape_coverage(kind, place, static_cast<int>(recipe.size));
    for (std::size_t i = 0; i < image.size(); ++i) {
        const double covered = coverage[i / channels] / 255.0;
        const double drawing = background + covered * (colour[i % channels] - background);
        const double value =
            0.5 + domain.contrast * (drawing - 0.5) + domain.brightness + domain.noise * random_noise(random);
        image[i] = static_cast<std::byte>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
    }
}

struct Part {
    std::string_view stream;
    std::int64_t images;
    const ShapesDomain& domain;
    std::int64_t before;  ///< images drawn before, for progress
};

std::shared_ptr<const Dataset> make_part(const ShapesRecipe& recipe, const Part& part, const LoadOptions& options) {
    const auto image_bytes = static_cast<std::size_t>(recipe.size * recipe.size * recipe.channels);
    std::vector<std::byte> pixels(image_bytes * static_cast<std::size_t>(part.images));
    std::vector<std::byte> labels(static_cast<std::size_t>(part.images));
    for (std::int64_t i = 0; i < part.images; ++i) {
        if (i % images_between_reports == 0) {
            report_progress(options, {"drawing shapes", part.before + i, recipe.images + recipe.eval_images});
        }
        const auto kind = static_cast<std::size_t>(i % recipe.classes);
        labels[static_cast<std::size_t>(i)] = static_cast<std::byte>(kind);
        draw(std::span(pixels).subspan(static_cast<std::size_t>(i) * image_bytes, image_bytes), kind, recipe,
             part.domain, RandomStream(recipe.seed, part.stream, static_cast<std::uint64_t>(i)));
    }
    const auto& names = shape_names();
    return std::make_shared<ImageArrayDataset>(
        "Shapes", ImageArrayShape{part.images, recipe.size, recipe.size, recipe.channels}, std::move(pixels),
        std::move(labels), std::vector<std::string>(names.begin(), names.begin() + recipe.classes));
}

}  // namespace

const std::vector<std::string>& shape_names() {
    static const std::vector<std::string> names{"circle", "square", "triangle", "star",
                                                "cross",  "ring",   "hexagon",  "crescent"};
    return names;
}

DataSplit make_shapes(const ShapesRecipe& recipe, const LoadOptions& options) {
    DataSplit split;
    split.train = make_part(recipe, {"shapes", recipe.images, recipe.train, 0}, options);
    if (recipe.eval_images > 0) {
        split.eval = make_part(recipe, {"shapes-eval", recipe.eval_images, recipe.eval, recipe.images}, options);
    }
    return split;
}

}  // namespace normscope::datasets
