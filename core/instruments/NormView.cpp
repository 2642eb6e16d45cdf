#include "core/instruments/NormView.h"

#include "core/nn/NormNoise.h"
#include "core/nn/Residual.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace normscope::instruments {
namespace {

using nn::Module;

bool is_activation(const Module<float>& layer) {
    static const std::array<std::string, 3> kinds{"ReLU", "LeakyReLU", "Sigmoid"};
    return std::ranges::find(kinds, layer.kind()) != kinds.end();
}

/// The activation behind the sum of a residual block of which `norm` is the end of a branch; or null.
const Module<float>* activation_behind_sum(const Module<float>& layer, const Module<float>& norm) {
    if (const auto* block = dynamic_cast<const nn::Residual<float>*>(&layer)) {
        const auto ends = [&norm](const nn::Sequential<float>& branch) {
            return !branch.layers().empty() && branch.layers().back().module.get() == &norm;
        };
        const auto& after = block->after().layers();
        const bool found = ends(block->main()) || ends(block->shortcut());
        if (found) return !after.empty() && is_activation(*after[0].module) ? after[0].module.get() : nullptr;
    }
    for (const auto* child : layer.children()) {
        if (const auto* found = activation_behind_sum(*child->module, norm)) return found;
    }
    return nullptr;
}

class ViewTap : public nn::LayerObserver {
   public:
    ViewTap(const Module<float>& norm, const Module<float>* behind_sum, NormView& view)
        : m_norm(norm), m_behind_sum(behind_sum), m_view(view) {}

    void saw_forward(const Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) override {
        if (&layer == &m_norm) {
            m_view.x = x;
            m_view.y = y;
            m_output = y.data();
        } else if (&layer == m_behind_sum) {
            take_activation(layer, y);
            m_view.behind_sum = true;
        } else if (m_output && x.data() == m_output && m_view.activation.empty()) {
            if (is_activation(layer)) take_activation(layer, y);
            if (layer.kind() == "NormNoise") m_output = y.data();
        }
    }

   private:
    void take_activation(const Module<float>& layer, const Tensor<float>& y) {
        m_view.activation = layer.kind();
        m_view.activated = y;
    }

    const Module<float>& m_norm;
    const Module<float>* m_behind_sum;
    NormView& m_view;
    const float* m_output = nullptr;  ///< where the values lie that an activation would take
};

}  // namespace

NormView view_norm(nn::Network<float>& network, LayerIndex layer, const Tensor<float>& images, nn::Pass pass) {
    const auto& leaves = network.leaves();
    const bool exists = layer.value >= 0 && layer.value < static_cast<std::int64_t>(leaves.size());
    const auto* norm = exists ? dynamic_cast<const nn::NormLayer<float>*>(leaves[layer.value]) : nullptr;
    if (!norm) throw std::invalid_argument("layer " + std::to_string(layer.value) + " is no norm layer");

    NormView view;
    view.name = norm->name();
    const Module<float>* behind_sum = nullptr;
    for (const auto& [name, module] : network.layers()) {
        if (!behind_sum) behind_sum = activation_behind_sum(*module, *norm);
    }
    ViewTap tap(*norm, behind_sum, view);
    pass.update_buffers = false;
    pass.observer = &tap;
    const FlushDenormals flush;
    view.logits = network.forward(images, pass);
    view.statistics = norm_statistics(*norm, view.x, pass.mode, pass.pool);
    view.weight.assign(norm->weight().begin(), norm->weight().end());
    view.bias.assign(norm->bias().begin(), norm->bias().end());
    return view;
}

}  // namespace normscope::instruments
