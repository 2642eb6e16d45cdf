#include "app/exports/OnnxLayers.h"

#include "app/exports/ExportModel.h"
#include "core/Error.h"
#include "core/nn/AdaptiveAvgPool2d.h"
#include "core/nn/AvgPool2d.h"
#include "core/nn/Conv2d.h"
#include "core/nn/LeakyReLU.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/Residual.h"

namespace normscope::exports {
namespace {

using Module = nn::Module<float>;

std::vector<std::int64_t> on_both_sides(std::int64_t value) {
    return {value, value};
}

std::vector<std::int64_t> on_all_sides(std::int64_t value) {
    return {value, value, value, value};
}

}  // namespace

OnnxLayers::OnnxLayers(const nn::Network<float>& network, OnnxGraph& graph) : m_graph(graph) {
    for (auto& tensor : network.state()) m_state.emplace(tensor.name, std::move(tensor));
}

OnnxValue OnnxLayers::add(const std::vector<nn::NamedModule<float>>& layers, OnnxValue x) {
    for (const auto& layer : layers) x = add_layer(*layer.module, x);
    return x;
}

OnnxValue OnnxLayers::add_layer(const Module& layer, const OnnxValue& x) {
    if (const auto* chain = dynamic_cast<const nn::Sequential<float>*>(&layer)) return add(chain->layers(), x);
    if (const auto* block = dynamic_cast<const nn::Residual<float>*>(&layer)) {
        OnnxValue sum = add(block->main().layers(), x);
        const OnnxValue shortcut = add(block->shortcut().layers(), x);
        sum.name = m_graph.add_node("Add", layer.name() + "/add", {sum.name, shortcut.name}).output();
        return add(block->after().layers(), sum);
    }
    OnnxValue y{.name = add_leaf(layer, x), .shape = layer.output_shape(x.shape), .is_vector = x.is_vector};
    y.is_vector = x.is_vector || layer.kind() == "Flatten";
    return y;
}

std::string OnnxLayers::add_leaf(const Module& layer, const OnnxValue& x) {
    const std::string kind = layer.kind();
    if (kind == "Conv2d") return add_conv(layer, x);
    if (kind == "Linear") return add_linear(layer, x);
    if (kind == "ReLU") return m_graph.add_node("Relu", layer.name(), {x.name}).output();
    if (kind == "Sigmoid") return m_graph.add_node("Sigmoid", layer.name(), {x.name}).output();
    if (kind == "LeakyReLU") {
        const double slope = dynamic_cast<const nn::LeakyReLU<float>&>(layer).negative_slope();
        return m_graph.add_node("LeakyRelu", layer.name(), {x.name}).set("alpha", static_cast<float>(slope)).output();
    }
    if (kind == "Flatten") {
        return m_graph.add_node("Flatten", layer.name(), {x.name}).set("axis", std::int64_t{1}).output();
    }
    if (kind == "MaxPool2d") return add_max_pool(layer, x);
    if (kind == "AvgPool2d") return add_average_pool(layer, x);
    if (kind == "AdaptiveAvgPool2d") return add_adaptive_pool(layer, x);
    if (kind == "Dropout" || kind == "NormNoise") return x.name;
    if (const std::string norm = add_norm(layer, x); !norm.empty()) return norm;
    throw InputError("Layer '" + layer.name() + "' (" + kind + ") cannot be written as ONNX.");
}

std::string OnnxLayers::add_conv(const Module& layer, const OnnxValue& x) {
    const auto& options = dynamic_cast<const nn::Conv2d<float>&>(layer).options();
    std::vector<std::string> inputs{x.name, add_state(layer, "weight")};
    if (options.bias) inputs.push_back(add_state(layer, "bias"));
    return m_graph.add_node("Conv", layer.name(), inputs)
        .set("kernel_shape", on_both_sides(options.kernel))
        .set("strides", on_both_sides(options.stride))
        .set("pads", on_all_sides(options.padding))
        .output();
}

std::string OnnxLayers::add_linear(const Module& layer, const OnnxValue& x) {
    const auto& options = dynamic_cast<const nn::Linear<float>&>(layer).options();
    std::vector<std::string> inputs{x.name, add_state(layer, "weight")};
    if (options.bias) inputs.push_back(add_state(layer, "bias"));
    return m_graph.add_node("Gemm", layer.name(), inputs).set("transB", std::int64_t{1}).output();
}

std::string OnnxLayers::add_max_pool(const Module& layer, const OnnxValue& x) {
    const auto& options = dynamic_cast<const nn::MaxPool2d<float>&>(layer).options();
    return m_graph.add_node("MaxPool", layer.name(), {x.name})
        .set("kernel_shape", on_both_sides(options.kernel))
        .set("strides", on_both_sides(options.stride))
        .set("pads", on_all_sides(options.padding))
        .output();
}

std::string OnnxLayers::add_average_pool(const Module& layer, const OnnxValue& x) {
    const auto& options = dynamic_cast<const nn::AvgPool2d<float>&>(layer).options();
    std::string input = x.name;
    if (options.padding > 0) {
        // A node of its own, since readers disagree about count_include_pad (OpenCV 4.6 passes over it).
        const auto p = options.padding;
        const auto pads = m_graph.add_constant(layer.name() + "/pads", {0, 0, p, p, 0, 0, p, p});
        input = m_graph.add_node("Pad", layer.name() + "/pad", {x.name, pads}).output();
    }
    return m_graph.add_node("AveragePool", layer.name(), {input})
        .set("kernel_shape", on_both_sides(options.kernel))
        .set("strides", on_both_sides(options.stride))
        .output();
}

std::string OnnxLayers::add_adaptive_pool(const Module& layer, const OnnxValue& x) {
    const auto& pool = dynamic_cast<const nn::AdaptiveAvgPool2d<float>&>(layer);
    const auto [h, w] = std::pair{x.shape.h, x.shape.w};
    if (pool.height() == 1 && pool.width() == 1) {
        return m_graph.add_node("GlobalAveragePool", layer.name(), {x.name}).output();
    }
    if (pool.height() == h && pool.width() == w) return x.name;  // every window is a pixel
    if (h % pool.height() == 0 && w % pool.width() == 0) {
        const std::vector<std::int64_t> window{h / pool.height(), w / pool.width()};
        return m_graph.add_node("AveragePool", layer.name(), {x.name})
            .set("kernel_shape", window)
            .set("strides", window)
            .output();
    }
    // Windows of several sizes, which ONNX has no pool for: rows · (x · columns).
    const auto swapped = [this](const std::string& name, const std::string& value) {
        const std::vector<std::int64_t> order{0, 1, 3, 2};
        return m_graph.add_node("Transpose", name, {value}).set("perm", order).output();
    };
    const std::string columns = add_side_means(layer.name() + "/columns", x.name, w, pool.width());
    const std::string upright = swapped(layer.name() + "/transpose", columns);
    const std::string rows = add_side_means(layer.name() + "/rows", upright, h, pool.height());
    return swapped(layer.name(), rows);
}

std::string OnnxLayers::add_side_means(const std::string& name, const std::string& x, std::int64_t from,
                                       std::int64_t to) {
    std::vector<float> matrix(static_cast<std::size_t>(from * to), 0.0F);
    for (std::int64_t i = 0; i < to; ++i) {
        const auto [begin, end] = nn::AdaptiveAvgPool2d<float>::window_of(i, to, from);
        for (auto k = begin; k < end; ++k) {
            matrix[static_cast<std::size_t>(k * to + i)] = 1.0F / static_cast<float>(end - begin);
        }
    }
    const auto weights = m_graph.add_constant(name + "_weights", {from, to}, matrix);
    return m_graph.add_node("MatMul", name, {x, weights}).output();
}

bool OnnxLayers::has_state(const Module& layer, const char* what) const {
    return m_state.contains(state_name(layer, what));
}

std::string OnnxLayers::add_state(const Module& layer, const char* what) {
    return add_state(layer, what, m_state.at(state_name(layer, what)).dims);
}

std::string OnnxLayers::add_state(const Module& layer, const char* what, const std::vector<std::int64_t>& dims) {
    const auto& tensor = m_state.at(state_name(layer, what));
    return m_graph.add_constant(tensor.name, dims, tensor.values);
}

std::string OnnxLayers::add_filled(const std::string& name, std::int64_t size, float value) {
    return m_graph.add_constant(name, {size}, std::vector<float>(static_cast<std::size_t>(size), value));
}

}  // namespace normscope::exports
