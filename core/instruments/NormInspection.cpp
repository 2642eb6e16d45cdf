#include "core/instruments/NormInspection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <string_view>

namespace normscope::instruments {
namespace {

constexpr std::string_view mean_suffix = "running_mean";
constexpr double forgotten = 0.01;        // share of the start values that no longer matters
constexpr double collapsed = 1e-4;        // |γ| below this passes nothing on
constexpr double deviations_to_zero = 3;  // of a normal x̂: 0.13 % are beyond

std::string text_of(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4).ptr;
    return {text.data(), end};
}

class Inspection {
   public:
    Inspection(InspectedNorm& layer, const AssumedOptions& options) : m_layer(layer), m_options(options) {}

    void run() {
        check_finite("running_mean", m_layer.running_mean);
        check_finite("running_var", m_layer.running_var);
        check_finite("weight", m_layer.weight);
        check_finite("bias", m_layer.bias);
        check_variance();
        check_batches();
        check_affine();
    }

   private:
    void add(std::optional<std::int64_t> channel, std::string sentence) {
        m_layer.findings.push_back({channel, std::move(sentence)});
    }

    void check_finite(const char* what, const std::vector<double>& values) {
        for (std::size_t c = 0; c < values.size(); ++c) {
            if (std::isfinite(values[c])) continue;
            add(static_cast<std::int64_t>(c),
                std::string(what) + (std::isnan(values[c]) ? " is NaN." : " is infinite."));
        }
    }

    void check_variance() {
        const auto& var = m_layer.running_var;
        for (std::size_t c = 0; c < var.size(); ++c) {
            const auto channel = static_cast<std::int64_t>(c);
            if (var[c] < 0) {
                add(channel, "running_var is negative: " + text_of(var[c]) + ".");
            } else if (var[c] <= m_options.eps) {
                add(channel, "running_var is " + text_of(var[c]) + ", not above an eps of " + text_of(m_options.eps) +
                                 ": the channel hardly varies, and eps decides its scale.");
            }
        }
    }

    void check_batches() {
        const bool starts = std::ranges::all_of(m_layer.running_mean, [](double v) { return v == 0; }) &&
                            std::ranges::all_of(m_layer.running_var, [](double v) { return v == 1; });
        if (starts && m_layer.channels() > 0) {
            return add({},
                       "The running statistics are those of a new layer (mean 0, variance 1): eval mode does not "
                       "normalize with anything measured.");
        }
        if (!m_layer.num_batches_tracked) return;
        const auto batches = static_cast<double>(*m_layer.num_batches_tracked);
        const double left = std::pow(1 - m_options.momentum, batches);
        if (left <= forgotten) return;
        add({}, "The running statistics have seen " + std::to_string(*m_layer.num_batches_tracked) +
                    " batches: at momentum " + text_of(m_options.momentum) + " they still hold " + text_of(100 * left) +
                    " % of their start values.");
    }

    void check_affine() {
        const auto& weight = m_layer.weight;
        const auto& bias = m_layer.bias;
        for (std::size_t c = 0; c < weight.size(); ++c) {
            const auto channel = static_cast<std::int64_t>(c);
            if (std::abs(weight[c]) < collapsed) {
                add(channel,
                    "weight (γ) is " + text_of(weight[c]) + ": the channel's output hardly depends on its input.");
            } else if (c < bias.size() && bias[c] + deviations_to_zero * std::abs(weight[c]) <= 0) {
                add(channel, "bias (β) is " + text_of(bias[c]) + " with a weight (γ) of " + text_of(weight[c]) +
                                 ": behind a ReLU the channel is as good as dead.");
            }
        }
    }

    InspectedNorm& m_layer;
    const AssumedOptions& m_options;
};

}  // namespace

std::optional<ValueSummary> summary_of(std::span<const double> values) {
    std::vector<double> finite;
    std::ranges::copy_if(values, std::back_inserter(finite), [](double value) { return std::isfinite(value); });
    if (finite.empty()) return std::nullopt;
    std::ranges::sort(finite);
    return ValueSummary{finite.front(), finite[finite.size() / 2], finite.back()};
}

std::vector<InspectedNorm> inspect_norms(const std::vector<io::TensorEntry>& tensors, const AssumedOptions& options) {
    std::map<std::string_view, const io::TensorEntry*> by_name;
    for (const auto& tensor : tensors) by_name.emplace(tensor.name, &tensor);
    const auto find = [&](const std::string& prefix, std::string_view what) -> const io::TensorEntry* {
        const auto found = by_name.find(prefix + std::string(what));
        return found == by_name.end() ? nullptr : found->second;
    };

    std::vector<InspectedNorm> layers;
    for (const auto& mean : tensors) {
        if (!mean.name.ends_with(mean_suffix) || mean.dims.size() != 1) continue;
        const std::string prefix = mean.name.substr(0, mean.name.size() - mean_suffix.size());
        if (!prefix.empty() && !prefix.ends_with('.')) continue;
        const auto* var = find(prefix, "running_var");
        if (var == nullptr || var->dims != mean.dims) continue;
        InspectedNorm layer;
        layer.name = prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
        layer.running_mean = io::values_of(mean);
        layer.running_var = io::values_of(*var);
        if (const auto* weight = find(prefix, "weight"); weight && weight->dims == mean.dims) {
            layer.weight = io::values_of(*weight);
        }
        if (const auto* bias = find(prefix, "bias"); bias && bias->dims == mean.dims) {
            layer.bias = io::values_of(*bias);
        }
        const auto* batches = find(prefix, "num_batches_tracked");
        if (batches && batches->dims.empty()) {
            layer.num_batches_tracked = static_cast<std::int64_t>(io::values_of(*batches).front());
        }
        Inspection(layer, options).run();
        layers.push_back(std::move(layer));
    }
    return layers;
}

}  // namespace normscope::instruments
