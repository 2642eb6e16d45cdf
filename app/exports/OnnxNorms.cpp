// Norm layers in ONNX, opset 15, which has operators for batch and instance normalization only.
#include "app/exports/ExportModel.h"
#include "app/exports/OnnxLayers.h"
#include "core/Error.h"
#include "core/nn/BatchNorm2d.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"

namespace normscope::exports {

std::string OnnxLayers::add_norm(const nn::Module<float>& layer, const OnnxValue& x) {
    if (const auto* batch = dynamic_cast<const nn::BatchNorm2d<float>*>(&layer)) {
        const auto& options = batch->options();
        if (!options.track_running_stats) {
            throw InputError("Layer '" + layer.name() +
                             "' has no running statistics (track_running_stats is off): in eval mode, too, it "
                             "normalizes with the statistics of each batch, which ONNX cannot say of a network that "
                             "answers. The PyTorch export can.");
        }
        return add_batch_norm(layer, x, options.eps, options.momentum, options.affine);
    }
    if (const auto* instance = dynamic_cast<const nn::InstanceNorm2d<float>*>(&layer)) {
        const auto& options = instance->options();
        // With buffers, eval mode normalizes by them.
        if (options.track_running_stats) {
            return add_batch_norm(layer, x, instance->eps(), options.momentum, options.affine);
        }
        return add_instance_norm(layer, x, instance->eps());
    }
    if (const auto* group = dynamic_cast<const nn::GroupNorm<float>*>(&layer)) {
        return add_group_norm(layer, x, group->groups(), group->eps());
    }
    if (const auto* whole = dynamic_cast<const nn::LayerNorm<float>*>(&layer)) {
        return add_group_norm(layer, x, 1, whole->eps());
    }
    return {};
}

std::string OnnxLayers::add_batch_norm(const nn::Module<float>& layer, const OnnxValue& x, double eps,
                                       std::optional<double> momentum, bool affine) {
    const auto channels = x.shape.c;
    const auto gamma = affine ? add_state(layer, "weight") : add_filled(state_name(layer, "weight"), channels, 1);
    const auto beta = affine ? add_state(layer, "bias") : add_filled(state_name(layer, "bias"), channels, 0);
    const auto mean = add_state(layer, "running_mean");
    const auto var = add_state(layer, "running_var");
    auto node = m_graph.add_node("BatchNormalization", layer.name(), {x.name, gamma, beta, mean, var});
    node.set("epsilon", static_cast<float>(eps));
    // ONNX: running · momentum + batch · (1 − momentum). It has no cumulative average; then its default stands there.
    if (momentum) node.set("momentum", static_cast<float>(1 - *momentum));
    return node.set("training_mode", std::int64_t{0}).output();
}

std::string OnnxLayers::add_instance_norm(const nn::Module<float>& layer, const OnnxValue& x, double eps) {
    // γ and β as nodes of their own: OpenCV 4.6 computes something else with those of an InstanceNormalization.
    const auto ones = add_filled(layer.name() + "/ones", x.shape.c, 1);
    const auto zeros = add_filled(layer.name() + "/zeros", x.shape.c, 0);
    const auto normalized = m_graph.add_node("InstanceNormalization", layer.name(), {x.name, ones, zeros})
                                .set("epsilon", static_cast<float>(eps))
                                .output();
    return has_state(layer, "weight") ? add_scale_and_shift(layer, x, normalized) : normalized;
}

std::string OnnxLayers::add_group_norm(const nn::Module<float>& layer, const OnnxValue& x, std::int64_t groups,
                                       double eps) {
    // An instance norm over (N, groups, all values of a group), as PyTorch's own exporter writes it.
    const std::string name = layer.name();
    const auto grouped_shape = m_graph.add_constant(name + "/grouped", {0, groups, -1});
    const auto grouped = m_graph.add_node("Reshape", name + "/group", {x.name, grouped_shape}).output();
    const auto ones = add_filled(name + "/ones", groups, 1);
    const auto zeros = add_filled(name + "/zeros", groups, 0);
    const auto normalized = m_graph.add_node("InstanceNormalization", name + "/normalize", {grouped, ones, zeros})
                                .set("epsilon", static_cast<float>(eps))
                                .output();
    std::vector<std::int64_t> own_shape = x.dims();
    own_shape.insert(own_shape.begin(), 0);
    const auto shape = m_graph.add_constant(name + "/shape", own_shape);
    const auto ungrouped = m_graph.add_node("Reshape", name, {normalized, shape}).output();
    return has_state(layer, "weight") ? add_scale_and_shift(layer, x, ungrouped) : ungrouped;
}

std::string OnnxLayers::add_scale_and_shift(const nn::Module<float>& layer, const OnnxValue& shape,
                                            const std::string& x) {
    std::vector<std::int64_t> dims = m_state.at(state_name(layer, "weight")).dims;
    if (dims.size() == 1 && !shape.is_vector) dims = {dims[0], 1, 1};  // one value a channel
    const auto scaled =
        m_graph.add_node("Mul", layer.name() + "/scale", {x, add_state(layer, "weight", dims)}).output();
    return m_graph.add_node("Add", layer.name() + "/shift", {scaled, add_state(layer, "bias", dims)}).output();
}

}  // namespace normscope::exports
