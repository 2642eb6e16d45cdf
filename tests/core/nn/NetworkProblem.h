// A network with a batch to learn, and its gradients against central differences.
#pragma once

#include "core/nn/CrossEntropy.h"
#include "core/nn/Models.h"
#include "tests/core/nn/TensorTools.h"

#include <algorithm>
#include <vector>

namespace normscope::testing {

/// The network with one batch; its loss is a function of the parameters.
class Problem {
   public:
    Problem(const ModelRecipe& recipe, std::int64_t images, std::int64_t side)
        : m_network(nn::make_network<double>(recipe, {0, side, side, 1}, 10)),
          m_x(random_tensor<double>({images, side, side, 1}, 21)),
          m_pool(1) {
        m_network.reset(3);
        std::uint64_t seed = 30;
        for (auto* parameter : m_network.parameters().parameters()) {
            if (parameter->of_norm) fill_normal<double>(parameter->value, seed++, 1, 0.3);
        }
        RandomStream stream(1, "labels");
        for (std::int64_t n = 0; n < images; ++n) m_labels.push_back(stream.below(10));
    }

    nn::Network<double>& network() { return m_network; }
    double loss() { return nn::cross_entropy<double>(m_network.forward(m_x, pass()), m_labels, nullptr).loss; }
    void find_gradients() {
        Tensor<double> gradient;
        nn::cross_entropy<double>(m_network.forward(m_x, pass()), m_labels, &gradient);
        m_network.backward(gradient, pass());
    }

   private:
    nn::Pass pass() { return {m_pool, nn::Mode::train, /*update_buffers=*/false}; }

    nn::Network<double> m_network;
    Tensor<double> m_x;
    std::vector<std::int64_t> m_labels;
    ThreadPool m_pool;
};

/// A random choice of a parameter's values: analytic and numeric gradients.
struct SampledGradients {
    std::vector<double> analytic;
    std::vector<double> numeric;
};

inline SampledGradients sample(Problem& problem, const nn::Parameter<double>& parameter, std::size_t count = 40) {
    constexpr double h = 1e-6;
    SampledGradients found;
    auto order = permutation(parameter.size(), RandomStream(1, "sample"));
    order.resize(std::min<std::size_t>(order.size(), count));
    for (const auto i : order) {
        double& value = parameter.value[i];
        const double before = value;
        value = before + h;
        const double above = problem.loss();
        value = before - h;
        const double below = problem.loss();
        value = before;
        found.analytic.push_back(parameter.gradient[i]);
        found.numeric.push_back((above - below) / (2 * h));
    }
    return found;
}

}  // namespace normscope::testing
