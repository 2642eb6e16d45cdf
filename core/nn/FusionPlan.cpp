#include "core/nn/FusionPlan.h"

namespace normscope::nn {
namespace {

/// The layer at `index` if it is an L, else null.
template <class L>
L* layer_at(const std::vector<NamedModule<float>>& layers, std::size_t index) {
    return index < layers.size() ? dynamic_cast<L*>(layers[index].module.get()) : nullptr;
}

/// The block that begins at `index`; without a convolution there is none.
FusedBlock block_at(const std::vector<NamedModule<float>>& layers, std::size_t index) {
    FusedBlock block;
    block.conv = layer_at<Conv2d<float>>(layers, index);
    if (!block.conv) return {};
    ++index;
    block.norm = layer_at<BatchNorm2d<float>>(layers, index);
    if (block.norm) ++index;
    block.relu = layer_at<ReLU<float>>(layers, index);
    if (block.relu) ++index;
    block.pool = layer_at<MaxPool2d<float>>(layers, index);
    if (block.pool && !block.pool->is_two_by_two()) block.pool = nullptr;
    return block;
}

std::size_t size_of(const FusedBlock& block) {
    return 1U + (block.norm ? 1U : 0U) + (block.relu ? 1U : 0U) + (block.pool ? 1U : 0U);
}

}  // namespace

FusionPlan::FusionPlan(const std::vector<NamedModule<float>>& layers) {
    for (std::size_t i = 0; i < layers.size();) {
        std::vector<FusedBlock> blocks;
        std::size_t end = i;
        for (FusedBlock block = block_at(layers, i); block.conv; block = block_at(layers, end)) {
            blocks.push_back(block);
            end += size_of(block);
        }
        Segment& segment = m_segments.emplace_back();
        if (!blocks.empty()) segment.chain = std::make_unique<FusedChain>(blocks);
        end = std::max(end, i + 1);
        for (; i < end; ++i) segment.layers.push_back(layers[i].module.get());
    }
}

const Tensor<float>& FusionPlan::forward(const Tensor<float>& x, const Pass& pass) {
    const Tensor<float>* current = &x;
    for (Segment& segment : m_segments) {
        segment.was_fused = segment.chain && segment.chain->can_run(current->shape(), pass);
        if (segment.was_fused) {
            current = &segment.chain->forward(*current, pass);
        } else {
            for (Module<float>* layer : segment.layers) current = &run_forward(*layer, *current, pass);
        }
    }
    return *current;
}

const Tensor<float>& FusionPlan::backward(const Tensor<float>& gradient, const Pass& pass, bool input_gradient) {
    const Tensor<float>* current = &gradient;
    for (std::size_t s = m_segments.size(); s-- > 0;) {
        Segment& segment = m_segments[s];
        if (segment.was_fused) {
            current = &segment.chain->backward(*current, pass, input_gradient || s > 0);
            continue;
        }
        for (std::size_t i = segment.layers.size(); i-- > 0;) {
            current = &run_backward(*segment.layers[i], *current, pass, input_gradient || s > 0 || i > 0);
        }
    }
    return *current;
}

}  // namespace normscope::nn
