#include "core/instruments/LossLandscape.h"

#include "core/nn/CrossEntropy.h"

#include <algorithm>
#include <cmath>

namespace normscope::instruments {
namespace {

/// A copy of a network that walks along the gradient at its start.
template <class S>
class Walk {
   public:
    Walk(const nn::Network<S>& network, const Tensor<S>& images, std::span<const std::int64_t> labels, ThreadPool& pool)
        : m_network(network), m_images(images), m_labels(labels), m_pool(pool) {
        const auto values = m_network.parameters().values();
        m_start.assign(values.begin(), values.end());
        // Copies of layers know their options only.
        const auto& originals = network.parameters().parameters();
        for (std::size_t i = 0; i < originals.size(); ++i) {
            m_network.parameters().parameters()[i]->trainable = originals[i]->trainable;
        }
        loss = measure();
        // The arena's gaps and parameters that are not trained stay where they are.
        m_gradient.assign(values.size(), S{0});
        for (const auto* parameter : m_network.parameters().parameters()) {
            if (!parameter->trainable) continue;
            const auto offset = parameter->value.data() - values.data();
            std::ranges::copy(parameter->gradient, m_gradient.begin() + offset);
        }
        gradient_norm = distance_to({});
    }

    LandscapePoint at(double step) {
        const auto values = m_network.parameters().values();
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = static_cast<S>(m_start[i] - step * m_gradient[i]);
        }
        const double loss_there = measure();
        return {step, loss_there, distance_to(m_network.parameters().gradients())};
    }

    double loss = 0;
    double gradient_norm = 0;

   private:
    /// Leaves the gradient in the network.
    double measure() {
        const nn::Pass pass{.pool = m_pool, .mode = nn::Mode::train, .update_buffers = false};
        const double found = nn::cross_entropy<S>(m_network.forward(m_images, pass), m_labels, &m_logit_gradient).loss;
        m_network.backward(m_logit_gradient, pass);
        return found;
    }
    /// ‖gradient at the start − other‖ over trainable parameters; an empty one counts as 0.
    double distance_to(std::span<const S> other) const {
        const S* values = m_network.parameters().values().data();
        double sum = 0;
        for (const auto* parameter : m_network.parameters().parameters()) {
            if (!parameter->trainable) continue;
            const auto begin = parameter->value.data() - values;
            for (auto i = begin; i < begin + parameter->size(); ++i) {
                const double difference = static_cast<double>(m_gradient[i]) - (other.empty() ? S{0} : other[i]);
                sum += difference * difference;
            }
        }
        return std::sqrt(sum);
    }

    nn::Network<S> m_network;
    const Tensor<S>& m_images;
    std::span<const std::int64_t> m_labels;
    ThreadPool& m_pool;
    std::vector<S> m_start;
    std::vector<S> m_gradient;
    Tensor<S> m_logit_gradient;
};

}  // namespace

template <class S>
LossLandscape loss_landscape(const nn::Network<S>& network, const Tensor<S>& images,
                             std::span<const std::int64_t> labels, std::span<const double> steps, ThreadPool& pool,
                             const Watch& watch) {
    const FlushDenormals flush;
    Walk<S> walk(network, images, labels, pool);
    LossLandscape result{.loss = walk.loss, .gradient_norm = walk.gradient_norm, .points = {}, .smoothness = 0};
    const auto count = static_cast<std::int64_t>(steps.size());
    for (const double step : steps) {
        watch.report(static_cast<std::int64_t>(result.points.size()), count);
        result.points.push_back(walk.at(step));
        const double way = std::abs(step) * walk.gradient_norm;
        if (way > 0) result.smoothness = std::max(result.smoothness, result.points.back().gradient_difference / way);
    }
    watch.report(count, count);
    return result;
}

template LossLandscape loss_landscape(const nn::Network<float>&, const Tensor<float>&, std::span<const std::int64_t>,
                                      std::span<const double>, ThreadPool&, const Watch&);
template LossLandscape loss_landscape(const nn::Network<double>&, const Tensor<double>&, std::span<const std::int64_t>,
                                      std::span<const double>, ThreadPool&, const Watch&);

}  // namespace normscope::instruments
