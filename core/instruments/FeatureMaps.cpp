#include "core/instruments/FeatureMaps.h"

#include <algorithm>
#include <cmath>

namespace normscope::instruments {
namespace {

/// (H, W, C) → (C, H, W)
std::vector<float> channels_first(const float* values, std::int64_t pixels, std::int64_t channels) {
    std::vector<float> maps(static_cast<std::size_t>(pixels * channels));
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
        for (std::int64_t c = 0; c < channels; ++c) maps[c * pixels + pixel] = values[pixel * channels + c];
    }
    return maps;
}

void classify(const float* logits, std::int64_t classes, FeatureMaps& maps) {
    const float* largest = std::max_element(logits, logits + classes);
    const bool finite = std::all_of(logits, logits + classes, [](float value) { return std::isfinite(value); });
    maps.prediction = finite ? largest - logits : -1;
    double sum = 0;
    for (std::int64_t k = 0; k < classes; ++k) {
        maps.probabilities.push_back(std::exp(static_cast<double>(logits[k]) - *largest));
        sum += maps.probabilities.back();
    }
    for (double& probability : maps.probabilities) probability /= sum;
}

}  // namespace

FeatureMaps feature_maps(const NormView& view, std::int64_t n) {
    const Shape& shape = view.x.shape();
    const auto pixels = shape.h * shape.w;
    FeatureMaps maps{.layer = view.name,
                     .activation = view.activation,
                     .behind_sum = view.behind_sum,
                     .of_batch = view.statistics.of_batch,
                     .eps = view.statistics.eps,
                     .channels = shape.c,
                     .height = shape.h,
                     .width = shape.w};
    maps.before = channels_first(view.x.image(n), pixels, shape.c);
    maps.after = channels_first(view.y.image(n), pixels, shape.c);
    if (!view.activation.empty()) maps.activated = channels_first(view.activated.image(n), pixels, shape.c);
    for (std::int64_t c = 0; c < shape.c; ++c) {
        maps.mean.push_back(view.statistics.mean(n, c));
        maps.var.push_back(view.statistics.var(n, c));
    }
    const bool by_value = static_cast<std::int64_t>(view.weight.size()) > shape.c;
    maps.weight = by_value ? channels_first(view.weight.data(), pixels, shape.c) : view.weight;
    maps.bias = by_value ? channels_first(view.bias.data(), pixels, shape.c) : view.bias;
    classify(view.logits.image(n), view.logits.shape().c, maps);
    return maps;
}

FeatureMaps::Arithmetic FeatureMaps::arithmetic(std::int64_t channel, std::int64_t row, std::int64_t column) const {
    const auto at = static_cast<std::size_t>((channel * height + row) * width + column);
    Arithmetic result{.x = before[at], .mean = mean[channel], .var = var[channel], .eps = eps, .y = after[at]};
    if (!weight.empty()) {
        const auto i = static_cast<std::int64_t>(weight.size()) > channels ? at : static_cast<std::size_t>(channel);
        result.weight = weight[i];
        result.bias = bias[i];
    }
    if (!activated.empty()) result.activated = activated[at];
    return result;
}

}  // namespace normscope::instruments
