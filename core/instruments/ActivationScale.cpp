#include "core/instruments/ActivationScale.h"

#include "core/nn/CrossEntropy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <unordered_map>

namespace normscope::instruments {
namespace {

/// Sums over values.
struct ScaleSums {
    double abs = 0;
    double square = 0;
    double max_abs = 0;
    std::int64_t zeros = 0;
    std::int64_t squashed = 0;  ///< not within 0.01 … 0.99
    std::int64_t non_finite = 0;

    void add(std::span<const float> values) {
        for (const float value : values) {
            const double size = std::abs(static_cast<double>(value));
            abs += size;
            square += size * size;
            if (!(size <= max_abs) && !std::isnan(max_abs)) max_abs = size;
            zeros += value == 0;
            squashed += !(value >= 0.01F && value <= 0.99F);
            non_finite += !std::isfinite(value);
        }
    }
    void add(const ScaleSums& other) {
        abs += other.abs;
        square += other.square;
        if (!(other.max_abs <= max_abs) && !std::isnan(max_abs)) max_abs = other.max_abs;
        zeros += other.zeros;
        squashed += other.squashed;
        non_finite += other.non_finite;
    }
};

ScaleSums sums_of(std::span<const float> values, ThreadPool& pool) {
    std::array<ScaleSums, work_groups> partial;
    pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(static_cast<std::int64_t>(values.size()), group);
        partial[group].add(values.subspan(begin, end - begin));
    });
    ScaleSums total;
    for (const ScaleSums& part : partial) total.add(part);
    return total;
}

double rms_of(const ScaleSums& sums, std::size_t count) {
    return count > 0 ? std::sqrt(sums.square / static_cast<double>(count)) : 0;
}

/// Fills a LayerScale for every leaf that runs.
class ScaleTap : public nn::LayerObserver {
   public:
    ScaleTap(const nn::Network<float>& network, ThreadPool& pool) : m_pool(pool) {
        for (const auto* leaf : network.leaves()) {
            m_positions.emplace(leaf, m_layers.size());
            m_layers.push_back(
                {.layer = {static_cast<std::int64_t>(m_layers.size())}, .name = leaf->name(), .kind = leaf->kind()});
        }
    }
    std::vector<LayerScale> take_layers() { return std::move(m_layers); }

    void saw_forward(const nn::Module<float>& layer, const Tensor<float>&, const Tensor<float>& y) override {
        LayerScale& scale = m_layers[m_positions.at(&layer)];
        const ScaleSums sums = sums_of(y.values(), m_pool);
        const auto count = static_cast<double>(std::max<std::int64_t>(y.shape().size(), 1));
        scale.mean_abs = sums.abs / count;
        scale.rms = rms_of(sums, y.values().size());
        scale.max_abs = sums.max_abs;
        scale.zeros = static_cast<double>(sums.zeros) / count;
        if (scale.kind == "ReLU") scale.saturated = scale.zeros;
        if (scale.kind == "Sigmoid") scale.saturated = static_cast<double>(sums.squashed) / count;
        scale.non_finite = sums.non_finite;
    }
    void saw_backward(const nn::Module<float>& layer, const Tensor<float>& gradient) override {
        m_layers[m_positions.at(&layer)].gradient_rms =
            rms_of(sums_of(gradient.values(), m_pool), gradient.values().size());
    }

   private:
    ThreadPool& m_pool;
    std::unordered_map<const nn::Module<float>*, std::size_t> m_positions;
    std::vector<LayerScale> m_layers;
};

ParameterScale scale_of(const std::string& name, const nn::Parameter<float>& parameter, double lr, ThreadPool& pool) {
    const double rms = rms_of(sums_of(parameter.value, pool), parameter.value.size());
    const double gradient = rms_of(sums_of(parameter.gradient, pool), parameter.gradient.size());
    const double of_zero = gradient > 0 ? std::numeric_limits<double>::infinity() : 0;
    return {
        .name = name, .rms = rms, .gradient_rms = gradient, .update_ratio = rms == 0 ? of_zero : lr * gradient / rms};
}

}  // namespace

ActivationScale activation_scale(const nn::Network<float>& network, const ImageBatch& batch, double lr,
                                 ThreadPool& pool) {
    const FlushDenormals flush;
    nn::Network<float> copy = network;
    ScaleTap tap(copy, pool);
    const nn::Pass pass{pool, nn::Mode::train, /*update_buffers=*/false, {}, &tap};
    Tensor<float> gradient;
    ActivationScale result;
    result.loss = nn::cross_entropy<float>(copy.forward(batch.images, pass), batch.labels, &gradient).loss;
    copy.backward(gradient, pass);
    result.layers = tap.take_layers();
    for (std::size_t i = 0; i < copy.leaves().size(); ++i) {
        const auto of_copy = copy.leaves()[i]->parameters(), originals = network.leaves()[i]->parameters();
        for (std::size_t k = 0; k < of_copy.size(); ++k) {
            const std::string name = copy.leaves()[i]->name() + "." + of_copy[k]->name;
            result.parameters.push_back(scale_of(name, *of_copy[k], lr, pool));
            result.parameters.back().trainable = originals[k]->trainable;  // copies of layers know their options only
        }
    }
    return result;
}

}  // namespace normscope::instruments
