// Networks, data and batches for measurements.
#pragma once

#include "core/instruments/BatchSequence.h"
#include "core/nn/Conv2d.h"
#include "core/nn/Flatten.h"
#include "core/nn/Linear.h"
#include "core/nn/Models.h"
#include "core/nn/ReLU.h"
#include "core/nn/Residual.h"
#include "tests/core/nn/TensorTools.h"
#include "tests/core/train/SyntheticDataset.h"

#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace normscope::testing {

template <class S>
using Layers = std::vector<nn::NamedModule<S>>;

template <class S>
void add_conv(Layers<S>& layers, const std::string& name, std::int64_t in, std::int64_t out, bool bias = true,
              std::int64_t stride = 1) {
    layers.push_back({name, std::make_unique<nn::Conv2d<S>>(typename nn::Conv2d<S>::Options{
                                .in_channels = in, .out_channels = out, .stride = stride, .bias = bias})});
}
template <class S>
void add_norm(Layers<S>& layers, const std::string& name, typename nn::BatchNorm2d<S>::Options options) {
    layers.push_back({name, std::make_unique<nn::BatchNorm2d<S>>(options)});
}
template <class S>
void add_relu(Layers<S>& layers, const std::string& name) {
    layers.push_back({name, std::make_unique<nn::ReLU<S>>()});
}

/// Random γ, β and buffers on top of the initial values of `seed`: nothing is 0 or 1.
template <class S>
void randomize(nn::Network<S>& network, std::uint64_t seed) {
    network.reset(seed);
    NormalValues normal(seed, "norm");
    for (const auto& [position, layer] : network.norm_layers()) {
        for (auto* parameter : layer->parameters()) {
            const double center = parameter->name == "weight" ? 1 : 0;
            for (S& value : parameter->value) value = static_cast<S>(center + 0.3 * normal.next());
        }
        for (S& mean : layer->running_mean()) mean = static_cast<S>(0.5 * normal.next());
        for (S& var : layer->running_var()) var = static_cast<S>(std::exp(0.5 * normal.next()));
        layer->set_num_batches_tracked(7);
    }
}

/// conv-bn-relu, a residual block with a shortcut of conv-bn, linear; random values. Images (side, side, 1), 4 classes.
template <class S>
nn::Network<S> residual_network(std::uint64_t seed = 1, std::int64_t side = 8,
                                typename nn::BatchNorm2d<S>::Options norm = {}) {
    Layers<S> main, shortcut, after, layers;
    norm.channels = 4;
    add_conv(layers, "conv1", 1, 4, /*bias=*/false);
    add_norm<S>(layers, "bn1", norm);
    add_relu(layers, "relu");
    norm.channels = 6;
    add_conv(main, "conv1", 4, 6, /*bias=*/false, /*stride=*/2);
    add_norm<S>(main, "bn1", norm);
    add_relu(main, "relu");
    add_conv(main, "conv2", 6, 6);
    add_norm<S>(main, "bn2", norm);
    add_conv(shortcut, "downsample.0", 4, 6, /*bias=*/false, /*stride=*/2);
    add_norm<S>(shortcut, "downsample.1", norm);
    add_relu(after, "relu2");
    layers.push_back(
        {"block", std::make_unique<nn::Residual<S>>(std::move(main), std::move(shortcut), std::move(after))});
    layers.push_back({"flatten", std::make_unique<nn::Flatten<S>>()});
    const auto half = (side + 1) / 2;
    layers.push_back({"fc", std::make_unique<nn::Linear<S>>(typename nn::Linear<S>::Options{
                                .in_features = half * half * 6, .out_features = 4, .flattened = {1, half, half, 6}})});
    nn::Network<S> network("residual", std::move(layers), {0, side, side, 1});
    randomize(network, seed);
    return network;
}

/// Another set's images with every pixel scaled and shifted.
class ShiftedDataset : public SyntheticDataset {
   public:
    ShiftedDataset(std::int64_t images, float scale, float shift)
        : SyntheticDataset(images), m_scale(scale), m_shift(shift) {}
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        SyntheticDataset::read_image(index, pixels);
        for (float& pixel : pixels) pixel = m_scale * pixel + m_shift;
    }

   private:
    float m_scale;
    float m_shift;
};

/// The first images of a data set, normalized as synthetic_recipe() says.
inline instruments::BatchSequence first_images(const Dataset& data, std::int64_t images, std::int64_t batch_size) {
    std::vector<std::int64_t> indices(images);
    std::iota(indices.begin(), indices.end(), 0);
    return {data, synthetic_recipe().data, std::move(indices), batch_size};
}

/// ‖a − b‖ / ‖b‖; infinite if the lengths differ or a value is not finite.
template <class T>
double apart(const std::vector<T>& a, const std::vector<T>& b) {
    return relative_distance<T, T>(a, b);
}

/// All values of the state, to compare before and after.
template <class S>
std::vector<S> everything_of(const nn::Network<S>& network) {
    std::vector<S> values;
    for (const auto& tensor : network.state()) {
        values.insert(values.end(), tensor.values.begin(), tensor.values.end());
        values.push_back(static_cast<S>(tensor.count));
    }
    return values;
}

}  // namespace normscope::testing
