#include "app/exports/TorchExpression.h"

#include "app/exports/PythonText.h"
#include "core/Error.h"
#include "core/nn/AdaptiveAvgPool2d.h"
#include "core/nn/AvgPool2d.h"
#include "core/nn/BatchNorm2d.h"
#include "core/nn/Conv2d.h"
#include "core/nn/Dropout.h"
#include "core/nn/GroupNorm.h"
#include "core/nn/InstanceNorm2d.h"
#include "core/nn/LayerNorm.h"
#include "core/nn/LeakyReLU.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"

namespace normscope::exports {
namespace {

using Module = nn::Module<float>;

/// Collects arguments.
class Call {
   public:
    explicit Call(std::string callee) { m_expression.callee = std::move(callee); }

    Call& add(const std::string& role, std::int64_t value) {
        m_expression.arguments.push_back({"", role, std::to_string(value)});
        return *this;
    }
    Call& set(const std::string& keyword, const std::string& value) {
        m_expression.arguments.push_back({keyword, keyword, value});
        return *this;
    }
    Call& set_unless(const std::string& keyword, std::int64_t value, std::int64_t usual) {
        return value == usual ? *this : set(keyword, std::to_string(value));
    }
    Call& set_unless(const std::string& keyword, bool value, bool usual) {
        return value == usual ? *this : set(keyword, value ? "True" : "False");
    }
    TorchExpression take() { return std::move(m_expression); }

   private:
    TorchExpression m_expression;
};

TorchExpression conv(const nn::Conv2d<float>& layer) {
    const auto& o = layer.options();
    Call call("nn.Conv2d");
    call.add("in_channels", o.in_channels).add("out_channels", o.out_channels);
    call.set("kernel_size", std::to_string(o.kernel)).set_unless("stride", o.stride, 1);
    return call.set_unless("padding", o.padding, 0).set_unless("bias", o.bias, true).take();
}

TorchExpression linear(const nn::Linear<float>& layer) {
    const auto& o = layer.options();
    Call call("nn.Linear");
    call.add("in_features", o.in_features).add("out_features", o.out_features);
    return call.set_unless("bias", o.bias, true).take();
}

template <class Pool>
TorchExpression pool(const char* callee, const Pool& layer) {
    const auto& o = layer.options();
    Call call(callee);
    call.add("kernel_size", o.kernel).set_unless("stride", o.stride, o.kernel);
    return call.set_unless("padding", o.padding, 0).take();
}

TorchExpression adaptive_pool(const nn::AdaptiveAvgPool2d<float>& layer) {
    const std::string h = std::to_string(layer.height()), w = std::to_string(layer.width());
    TorchExpression expression{.callee = "nn.AdaptiveAvgPool2d"};
    expression.arguments.push_back({"", "output_size", h == w ? h : "(" + h + ", " + w + ")"});
    return expression;
}

void freeze_affine(const nn::NormLayer<float>& layer, TorchExpression& expression) {
    if (layer.frozen_affine() && !layer.weight().empty()) expression.suffix = ".requires_grad_(False)";
}

TorchExpression batch_norm(const nn::BatchNorm2d<float>& layer) {
    const auto& o = layer.options();
    Call call("nn." + layer.kind());
    call.add("channels", o.channels).set("eps", python_float(o.eps));
    call.set("momentum", o.momentum ? python_float(*o.momentum) : "None");
    call.set_unless("affine", o.affine, true).set_unless("track_running_stats", o.track_running_stats, true);
    TorchExpression expression = call.take();
    freeze_affine(layer, expression);
    if (o.ghost_batches > 1) {
        expression.comment = std::to_string(o.ghost_batches) + " ghost batches in training";
    }
    if (o.frozen) expression.comment = "frozen in training";
    return expression;
}

TorchExpression instance_norm(const nn::InstanceNorm2d<float>& layer) {
    const auto& o = layer.options();
    Call call("nn.InstanceNorm2d");
    call.add("channels", o.channels).set("eps", python_float(layer.eps()));
    call.set("momentum", python_float(o.momentum)).set("affine", o.affine ? "True" : "False");
    call.set_unless("track_running_stats", o.track_running_stats, false);
    TorchExpression expression = call.take();
    freeze_affine(layer, expression);
    return expression;
}

TorchExpression group_norm(const nn::GroupNorm<float>& layer) {
    Call call("nn.GroupNorm");
    call.add("groups", layer.groups()).add("channels", layer.channels()).set("eps", python_float(layer.eps()));
    TorchExpression expression = call.set_unless("affine", !layer.weight().empty(), true).take();
    freeze_affine(layer, expression);
    return expression;
}

TorchExpression layer_norm(const nn::LayerNorm<float>& layer, const Shape& input, bool is_vector) {
    const bool affine = !layer.weight().empty();
    const std::string c = std::to_string(input.c), eps = python_float(layer.eps());
    TorchExpression expression;
    if (!is_vector && input.h == 1 && input.w == 1) {
        // On maps of one pixel γ and β have the shape (C), and PyTorch's LayerNorm would want (C, 1, 1).
        Call call("nn.GroupNorm");
        expression =
            call.add("groups", 1).add("channels", input.c).set("eps", eps).set_unless("affine", affine, true).take();
    } else {
        const std::string shape =
            is_vector ? c : "(" + c + ", " + std::to_string(input.h) + ", " + std::to_string(input.w) + ")";
        Call call("nn.LayerNorm");
        expression = call.set("eps", eps).set_unless("elementwise_affine", affine, true).take();
        expression.arguments.insert(expression.arguments.begin(), {"", "shape", shape});
    }
    freeze_affine(layer, expression);
    return expression;
}

}  // namespace

TorchExpression torch_expression(const Module& layer, const Shape& input, bool is_vector) {
    const std::string kind = layer.kind();
    if (kind == "ReLU" || kind == "Sigmoid" || kind == "Flatten") return {.callee = "nn." + kind};
    if (kind == "NormNoise") return {.callee = "nn.Identity", .comment = "noise, in training only"};
    if (const auto* l = dynamic_cast<const nn::Conv2d<float>*>(&layer)) return conv(*l);
    if (const auto* l = dynamic_cast<const nn::Linear<float>*>(&layer)) return linear(*l);
    if (const auto* l = dynamic_cast<const nn::MaxPool2d<float>*>(&layer)) return pool("nn.MaxPool2d", *l);
    if (const auto* l = dynamic_cast<const nn::AvgPool2d<float>*>(&layer)) return pool("nn.AvgPool2d", *l);
    if (const auto* l = dynamic_cast<const nn::AdaptiveAvgPool2d<float>*>(&layer)) return adaptive_pool(*l);
    if (const auto* l = dynamic_cast<const nn::LeakyReLU<float>*>(&layer)) {
        return Call("nn.LeakyReLU").set("negative_slope", python_float(l->negative_slope())).take();
    }
    if (const auto* l = dynamic_cast<const nn::Dropout<float>*>(&layer)) {
        return Call("nn.Dropout").set("p", python_float(l->p())).take();
    }
    if (const auto* l = dynamic_cast<const nn::BatchNorm2d<float>*>(&layer)) return batch_norm(*l);
    if (const auto* l = dynamic_cast<const nn::InstanceNorm2d<float>*>(&layer)) return instance_norm(*l);
    if (const auto* l = dynamic_cast<const nn::GroupNorm<float>*>(&layer)) return group_norm(*l);
    if (const auto* l = dynamic_cast<const nn::LayerNorm<float>*>(&layer)) return layer_norm(*l, input, is_vector);
    throw InputError("Layer '" + layer.name() + "' (" + kind + ") cannot be written for PyTorch.");
}

}  // namespace normscope::exports
