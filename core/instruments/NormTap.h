// Looks on at the norm layers and the logits only.
#pragma once

#include "core/nn/Network.h"

#include <functional>
#include <unordered_map>
#include <utility>

namespace normscope::instruments {

/// Calls `saw(norm, x, y)` for every layer in network.norm_layers() as it runs: `norm` is its position there, x its
/// input and y its output, both (N, H, W, C), which live for the call only. Refers to the network.
class NormTap : public nn::LayerObserver {
   public:
    using Saw = std::function<void(std::size_t norm, const Tensor<float>& x, const Tensor<float>& y)>;

    NormTap(const nn::Network<float>& network, Saw saw) : m_saw(std::move(saw)) {
        for (const auto& [position, layer] : network.norm_layers()) m_norms.emplace(layer, m_norms.size());
    }
    void saw_forward(const nn::Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) override {
        const auto found = m_norms.find(&layer);
        if (found != m_norms.end()) m_saw(found->second, x, y);
    }

   private:
    std::unordered_map<const nn::Module<float>*, std::size_t> m_norms;
    Saw m_saw;
};

/// Runs a batch without updating buffers. Calls `saw(i, y)` for the output of every norm layer and then, with
/// i = number of norm layers, for the logits, which it returns.
inline const Tensor<float>& run_tapped(nn::Network<float>& network, const Tensor<float>& images, nn::Mode mode,
                                       ThreadPool& pool,
                                       const std::function<void(std::size_t, const Tensor<float>&)>& saw) {
    NormTap tap(network, [&saw](std::size_t norm, const Tensor<float>&, const Tensor<float>& y) { saw(norm, y); });
    const Tensor<float>& logits = network.forward(images, {pool, mode, /*update_buffers=*/false, {}, &tap});
    saw(network.norm_layers().size(), logits);
    return logits;
}

}  // namespace normscope::instruments
