#include "core/instruments/FoldBatchNorm.h"

#include "core/nn/Conv2d.h"
#include "core/nn/Linear.h"
#include "core/nn/Residual.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace normscope::instruments {
namespace {

template <class S>
using Layers = std::vector<nn::NamedModule<S>>;

/// A copy of a convolution or linear layer that has a bias; null for any other layer. Without values.
template <class S>
std::unique_ptr<nn::Module<S>> copy_with_bias(const nn::Module<S>& module) {
    const auto copy = []<class Layer>(const Layer& layer) -> std::unique_ptr<nn::Module<S>> {
        auto options = layer.options();
        options.bias = true;
        return std::make_unique<Layer>(options);
    };
    if (const auto* conv = dynamic_cast<const nn::Conv2d<S>*>(&module)) return copy(*conv);
    if (const auto* linear = dynamic_cast<const nn::Linear<S>*>(&module)) return copy(*linear);
    return nullptr;
}

/// Copies layers without those norm layers that can be folded, and remembers what has to be folded where.
template <class S>
class Folder {
   public:
    using Norm = nn::BatchNorm2d<S>;

    Layers<S> without_norms(const Layers<S>& layers) {
        Layers<S> copies;
        const nn::Module<S>* target = nullptr;  // what a norm layer here would be folded into
        const nn::Module<S>* before = nullptr;
        for (const auto& layer : layers) {
            const auto* norm = dynamic_cast<const Norm*>(layer.module.get());
            if (norm && target && norm->options().track_running_stats) {
                m_folds.emplace_back(norm, target->name());
                m_records.push_back(
                    {norm->name(), target->name(), "'" + norm->name() + "' was folded into '" + target->name() + "'."});
                copies.back().module = copy_with_bias(*target);
                continue;  // another norm layer behind it can be folded too
            }
            if (norm) keep(*norm, before);
            target = copy_with_bias(*layer.module) ? layer.module.get() : nullptr;
            before = layer.module.get();
            copies.push_back({layer.name, copy(*layer.module)});
        }
        return copies;
    }

    const std::vector<std::pair<const Norm*, std::string>>& folds() const { return m_folds; }
    std::vector<FoldRecord> take_records() { return std::move(m_records); }

   private:
    std::unique_ptr<nn::Module<S>> copy(const nn::Module<S>& module) {
        if (const auto* chain = dynamic_cast<const nn::Sequential<S>*>(&module)) {
            return std::make_unique<nn::Sequential<S>>(without_norms(chain->layers()));
        }
        if (const auto* block = dynamic_cast<const nn::Residual<S>*>(&module)) {
            auto main = without_norms(block->main().layers());
            auto shortcut = without_norms(block->shortcut().layers());
            auto after = without_norms(block->after().layers());
            return std::make_unique<nn::Residual<S>>(std::move(main), std::move(shortcut), std::move(after));
        }
        return module.clone();
    }
    void keep(const Norm& norm, const nn::Module<S>* before) {
        std::string reason;
        if (!norm.options().track_running_stats) {
            reason = "it has no running statistics (track_running_stats is off)";
        } else if (!before) {
            reason = "no layer stands directly before it";
        } else {
            reason = "the layer before it, '" + before->name() + "' (" + before->kind() +
                     "), is neither a convolution nor a linear layer";
        }
        m_records.push_back({norm.name(), "", "'" + norm.name() + "' was kept: " + reason + "."});
    }

    std::vector<std::pair<const Norm*, std::string>> m_folds;
    std::vector<FoldRecord> m_records;
};

template <class S>
std::map<std::string, nn::Parameter<S>*> parameters_by_name(const nn::Network<S>& network) {
    std::map<std::string, nn::Parameter<S>*> parameters;
    for (nn::Module<S>* layer : network.leaves()) {
        for (nn::Parameter<S>* parameter : layer->parameters()) {
            parameters[layer->name() + "." + parameter->name] = parameter;
        }
    }
    return parameters;
}

template <class S>
void fold(const nn::BatchNorm2d<S>& norm, nn::Parameter<S>& weight, nn::Parameter<S>& bias) {
    const auto channels = norm.options().channels;
    const auto values = static_cast<std::int64_t>(weight.value.size());
    // The output channel runs fastest in a convolution's weights, slowest in a linear layer's.
    const bool is_conv = weight.layout == nn::Layout::conv_hwio;
    std::vector<double> factor(channels);
    for (std::int64_t c = 0; c < channels; ++c) {
        const double gamma = norm.options().affine ? norm.weight()[c] : 1.0;
        const double beta = norm.options().affine ? norm.bias()[c] : 0.0;
        factor[c] = gamma / std::sqrt(norm.running_var()[c] + norm.options().eps);
        bias.value[c] =
            static_cast<S>((static_cast<double>(bias.value[c]) - norm.running_mean()[c]) * factor[c] + beta);
    }
    for (std::int64_t i = 0; i < values; ++i) {
        const auto c = is_conv ? i % channels : i / (values / channels);
        weight.value[i] = static_cast<S>(weight.value[i] * factor[c]);
    }
}

}  // namespace

template <class S>
FoldedNetwork<S> fold_batch_norm(const nn::Network<S>& network) {
    Folder<S> folder;
    nn::Network<S> folded(network.name(), folder.without_norms(network.layers()), network.image_shape());
    const auto original = parameters_by_name(network);
    const auto parameters = parameters_by_name(folded);
    for (const auto& [name, parameter] : parameters) {
        const auto found = original.find(name);
        if (found == original.end()) {
            std::ranges::fill(parameter->value, S{0});  // the bias a layer did not have
        } else {
            std::ranges::copy(found->second->value, parameter->value.begin());
            parameter->trainable = found->second->trainable;
        }
    }
    for (const auto& [norm, into] : folder.folds()) {
        fold(*norm, *parameters.at(into + ".weight"), *parameters.at(into + ".bias"));
    }
    return {std::move(folded), folder.take_records()};
}

template FoldedNetwork<float> fold_batch_norm(const nn::Network<float>&);
template FoldedNetwork<double> fold_batch_norm(const nn::Network<double>&);

}  // namespace normscope::instruments
