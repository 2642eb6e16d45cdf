#include "core/instruments/Recalibration.h"

#include "core/Error.h"

#include <algorithm>

namespace normscope::instruments {
namespace {

using Norm = nn::BatchNorm2d<float>;

/// Layers that have buffers.
std::vector<Norm*> tracking_layers(const nn::Network<float>& network) {
    std::vector<Norm*> layers;
    for (const auto& [position, layer] : network.norm_layers()) {
        if (layer->options().track_running_stats) layers.push_back(layer);
    }
    return layers;
}

Norm& layer_named(const std::vector<Norm*>& layers, const std::string& name, std::size_t channels) {
    const auto found = std::ranges::find(layers, name, [](const Norm* layer) { return layer->name(); });
    if (found == layers.end()) {
        throw InputError("the statistics are of another network: it has no layer '" + name +
                         "' with running statistics.");
    }
    if ((*found)->running_mean().size() != channels) {
        throw InputError("the statistics of layer '" + name + "' are of " + std::to_string(channels) +
                         " channels, but it has " + std::to_string((*found)->running_mean().size()) + ".");
    }
    return **found;
}

}  // namespace

std::vector<NormBuffers> norm_buffers(const nn::Network<float>& network) {
    std::vector<NormBuffers> buffers;
    for (const Norm* layer : tracking_layers(network)) {
        const auto mean = layer->running_mean(), var = layer->running_var();
        buffers.push_back({.name = layer->name(),
                           .running_mean = {mean.begin(), mean.end()},
                           .running_var = {var.begin(), var.end()},
                           .num_batches_tracked = layer->num_batches_tracked()});
    }
    return buffers;
}

void set_norm_buffers(nn::Network<float>& network, const std::vector<NormBuffers>& buffers) {
    const auto layers = tracking_layers(network);
    for (const NormBuffers& wanted : buffers) {
        layer_named(layers, wanted.name, wanted.running_mean.size());
        layer_named(layers, wanted.name, wanted.running_var.size());
    }
    for (const NormBuffers& wanted : buffers) {
        Norm& layer = layer_named(layers, wanted.name, wanted.running_mean.size());
        std::ranges::copy(wanted.running_mean, layer.running_mean().begin());
        std::ranges::copy(wanted.running_var, layer.running_var().begin());
        layer.set_num_batches_tracked(wanted.num_batches_tracked);
    }
}

std::vector<NormBuffers> recalibrate(nn::Network<float>& network, const PopulationStatistics& statistics,
                                     VarianceEstimate estimate) {
    if (statistics.images == 0) throw InputError("there are no images to take the statistics of.");
    const auto before = norm_buffers(network);
    auto wanted = before;
    for (NormBuffers& buffers : wanted) {
        const auto found = std::ranges::find(statistics.layers, buffers.name, &LayerStatistics::name);
        if (found == statistics.layers.end()) {
            throw InputError("the statistics are of another network: they have no layer '" + buffers.name + "'.");
        }
        const auto var = estimate == VarianceEstimate::biased ? found->var : found->unbiased_var();
        buffers.running_mean.assign(found->mean.begin(), found->mean.end());
        buffers.running_var.assign(var.begin(), var.end());
    }
    set_norm_buffers(network, wanted);
    return before;
}

}  // namespace normscope::instruments
