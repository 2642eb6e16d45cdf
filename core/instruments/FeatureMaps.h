// One image and what each channel of a norm layer makes of it.
#pragma once

#include "core/instruments/NormView.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Maps are (C, H, W), PyTorch's order: a channel's map is one run of H·W values.
struct FeatureMaps {
    /// y = (x − μ)·1/√(σ² + eps)·γ + β at one place, in double; `y` and `activated` are what the network computed.
    struct Arithmetic {
        double x = 0;
        double mean = 0;
        double var = 0;
        double eps = 0;
        double weight = 1;
        double bias = 0;
        double y = 0;
        double activated = 0;
    };

    std::string layer;
    std::string activation;   ///< as NormView's
    bool behind_sum = false;  ///< as NormView's
    bool of_batch = false;    ///< μ and σ² are the batch's; false: running statistics
    double eps = 0;
    std::int64_t channels = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::vector<float> before;
    std::vector<float> after;
    std::vector<float> activated;  ///< empty without activation
    std::vector<double> mean;      ///< by channel
    std::vector<double> var;
    std::vector<float> weight;  ///< γ by channel, or by value; empty without affine
    std::vector<float> bias;
    std::vector<double> probabilities;  ///< softmax of the logits by class
    std::int64_t prediction = -1;       ///< −1: the largest logit is not finite

    std::span<const float> map(const std::vector<float>& of, std::int64_t channel) const {
        return std::span(of).subspan(channel * height * width, height * width);
    }
    Arithmetic arithmetic(std::int64_t channel, std::int64_t row, std::int64_t column) const;
};

/// Of image `n` of the view's batch.
FeatureMaps feature_maps(const NormView& view, std::int64_t n = 0);

}  // namespace normscope::instruments
