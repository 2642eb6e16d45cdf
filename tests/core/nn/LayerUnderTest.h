// One layer with memory for its parameters, ready to run.
#pragma once

#include "core/nn/Module.h"
#include "tests/core/nn/TensorTools.h"

#include <memory>
#include <utility>

namespace normscope::testing {

/// Owns a layer of type L, its parameter arena and a pool. Random parameters.
template <class S, class L>
class LayerUnderTest {
   public:
    explicit LayerUnderTest(std::unique_ptr<L> layer, int threads = 1)
        : m_layer(std::move(layer)), m_arena(m_layer->parameters()), m_pool(threads) {
        std::uint64_t seed = 1000;
        for (auto* parameter : m_layer->parameters()) fill_normal<S>(parameter->value, seed++);
    }

    L& layer() { return *m_layer; }
    nn::Pass pass(nn::Mode mode = nn::Mode::train, bool update_buffers = true) {
        return {m_pool, mode, update_buffers};
    }
    const Tensor<S>& forward(const Tensor<S>& x, nn::Mode mode = nn::Mode::train) {
        return m_layer->forward(x, pass(mode));
    }
    const Tensor<S>& backward(const Tensor<S>& gradient) { return m_layer->backward(gradient, pass(), true); }

   private:
    std::unique_ptr<L> m_layer;
    nn::ParameterArena<S> m_arena;
    ThreadPool m_pool;
};

template <class S, class L, class... Options>
LayerUnderTest<S, L> layer_under_test(const Options&... options) {
    return LayerUnderTest<S, L>(std::make_unique<L>(options...));
}

}  // namespace normscope::testing
