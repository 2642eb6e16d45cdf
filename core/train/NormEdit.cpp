#include "core/train/NormEdit.h"

#include "core/Error.h"
#include "core/instruments/PopulationStatistics.h"
#include "core/train/Experiment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace normscope {
namespace {

using Norm = nn::BatchNorm2d<float>;

constexpr std::array<std::pair<NormField, std::string_view>, 6> field_names{{
    {NormField::weight, "weight"},
    {NormField::bias, "bias"},
    {NormField::running_mean, "running_mean"},
    {NormField::running_var, "running_var"},
    {NormField::num_batches_tracked, "num_batches_tracked"},
    {NormField::frozen, "frozen"},
}};
constexpr double most_batches_tracked = 9007199254740992.0;  // 2⁵³: exact as a double

std::string_view name_of(NormField field) {
    return std::ranges::find(field_names, field, [](const auto& entry) { return entry.first; })->second;
}

bool is_buffer(NormField field) {
    return field == NormField::running_mean || field == NormField::running_var ||
           field == NormField::num_batches_tracked;
}

Norm& layer_of(const nn::Network<float>& network, const NormKey& key) {
    for (const auto& [position, layer] : network.norm_layers()) {
        if (layer->name() != key.layer) continue;
        const bool parameter = key.field == NormField::weight || key.field == NormField::bias;
        if (parameter && !layer->options().affine) {
            throw InputError("'" + key.layer + "' has no γ and β (affine is false).");
        }
        if (is_buffer(key.field) && !layer->options().track_running_stats) {
            throw InputError("'" + key.layer + "' has no running statistics (track_running_stats is false).");
        }
        if (is_per_channel(key.field) && key.channel >= layer->channels()) {
            throw InputError("'" + key.layer + "' has " + std::to_string(layer->channels()) +
                             " channels, counted from 0; there is no channel " + std::to_string(key.channel) + ".");
        }
        return *layer;
    }
    throw InputError("the network has no batch norm layer '" + key.layer + "'.");
}

/// Of a field that every channel has.
std::span<float> channel_values(Norm& layer, NormField field) {
    switch (field) {
        case NormField::weight: return layer.parameters().at(0)->value;
        case NormField::bias: return layer.parameters().at(1)->value;
        case NormField::running_mean: return layer.running_mean();
        default: return layer.running_var();
    }
}

}  // namespace

bool is_per_channel(NormField field) {
    return field != NormField::num_batches_tracked && field != NormField::frozen;
}

std::string to_text(const NormKey& key) {
    std::string text = key.layer + "." + std::string(name_of(key.field));
    if (is_per_channel(key.field)) text += "[" + std::to_string(key.channel) + "]";
    return text;
}

std::optional<NormKey> parse_norm_key(std::string_view text) {
    NormKey key;
    bool has_channel = false;
    if (text.ends_with(']')) {
        const auto open = text.rfind('[');
        if (open == text.npos) return std::nullopt;
        const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), key.channel);
        if (error != std::errc{} || end != digits.data() + digits.size() || key.channel < 0) return std::nullopt;
        text = text.substr(0, open);
        has_channel = true;
    }
    const auto dot = text.rfind('.');
    if (dot == text.npos || dot == 0) return std::nullopt;
    const std::string_view name = text.substr(dot + 1);
    const auto* found = std::ranges::find(field_names, name, [](const auto& entry) { return entry.second; });
    if (found == field_names.end() || is_per_channel(found->first) != has_channel) return std::nullopt;
    key.layer = text.substr(0, dot);
    key.field = found->first;
    return key;
}

std::optional<std::string> reason_to_refuse(const NormKey& key, double value) {
    const std::string text = to_text(key);
    if (key.field == NormField::running_var && value < 0) return text + " must not be below 0: it is a variance";
    if (key.field == NormField::frozen && value != 0 && value != 1) return text + " is 0 or 1";
    if (key.field == NormField::num_batches_tracked &&
        !(value >= 0 && value <= most_batches_tracked && value == std::floor(value))) {
        return text + " must be a whole number from 0";
    }
    return std::nullopt;
}

double norm_value(const nn::Network<float>& network, const NormKey& key) {
    Norm& layer = layer_of(network, key);
    if (key.field == NormField::frozen) return layer.options().frozen ? 1 : 0;
    if (key.field == NormField::num_batches_tracked) return static_cast<double>(layer.num_batches_tracked());
    return channel_values(layer, key.field)[static_cast<std::size_t>(key.channel)];
}

void set_norm_value(nn::Network<float>& network, const NormKey& key, double value) {
    Norm& layer = layer_of(network, key);
    if (const auto reason = reason_to_refuse(key, value)) throw InputError(*reason + ".");
    if (key.field == NormField::frozen) {
        layer.set_frozen(value != 0);
    } else if (key.field == NormField::num_batches_tracked) {
        layer.set_num_batches_tracked(static_cast<std::int64_t>(value));
    } else {
        channel_values(layer, key.field)[static_cast<std::size_t>(key.channel)] = static_cast<float>(value);
    }
}

NormValues norm_values(const nn::Network<float>& network, const NormValues& keys) {
    NormValues values;
    for (const auto& [text, value] : keys) {
        const auto key = parse_norm_key(text);
        if (!key) throw InputError("'" + text + "' is no value of a norm layer.");
        values.emplace_back(text, norm_value(network, *key));
    }
    return values;
}

NormValues reset_values(const nn::Network<float>& network, const std::string& layer) {
    const Norm& norm = layer_of(network, {layer, NormField::num_batches_tracked, 0});
    NormValues values;
    for (std::int64_t c = 0; c < norm.channels(); ++c) {
        values.emplace_back(to_text({layer, NormField::running_mean, c}), 0.0);
        values.emplace_back(to_text({layer, NormField::running_var, c}), 1.0);
    }
    values.emplace_back(to_text({layer, NormField::num_batches_tracked, 0}), 0.0);
    return values;
}

NormValues recalibrated_values(const Experiment& experiment, const std::vector<std::string>& layers,
                               std::int64_t most_batches, ThreadPool& pool, const instruments::Watch& watch) {
    for (const std::string& layer : layers) {
        layer_of(experiment.network(), {layer, NormField::num_batches_tracked, 0});
    }
    const auto statistics = instruments::population_statistics(
        experiment.network(), instruments::training_images(experiment, most_batches), pool, watch);
    NormValues values;
    for (const auto& layer : statistics.layers) {
        if (layers.empty() ? layer.mean.empty() : !std::ranges::count(layers, layer.name)) continue;
        const auto& norms = experiment.network().norm_layers();
        const auto norm = std::ranges::find(norms, layer.name, [](const auto& entry) { return entry.second->name(); });
        if (!norm->second->options().track_running_stats) continue;
        for (std::size_t c = 0; c < layer.mean.size(); ++c) {
            const auto channel = static_cast<std::int64_t>(c);
            values.emplace_back(to_text({layer.name, NormField::running_mean, channel}),
                                static_cast<double>(static_cast<float>(layer.mean[c])));
            values.emplace_back(to_text({layer.name, NormField::running_var, channel}),
                                static_cast<double>(static_cast<float>(layer.var[c])));
        }
    }
    return values;
}

}  // namespace normscope
