#include "core/instruments/StepPreview.h"

#include <cmath>
#include <span>

namespace normscope::instruments {
namespace {

std::vector<double> copied(std::span<const float> values) {
    return {values.begin(), values.end()};
}

void add_affine(const nn::NormLayer<float>& layer, bool before, NormPreview& preview) {
    (before ? preview.weight_before : preview.weight_after) = copied(layer.weight());
    (before ? preview.bias_before : preview.bias_after) = copied(layer.bias());
}

std::vector<NormPreview> before_step(const nn::Network<float>& network) {
    std::vector<NormPreview> previews;
    for (const auto& [position, layer] : network.norm_layers()) {
        const nn::BatchNorm2d<float>& norm = *layer;
        NormPreview& preview = previews.emplace_back();
        preview.layer = LayerIndex{position};
        preview.running_mean_before = copied(norm.running_mean());
        preview.running_var_before = copied(norm.running_var());
        add_affine(norm, true, preview);
    }
    for (const auto& [position, layer] : network.image_norm_layers()) {
        NormPreview& preview = previews.emplace_back();
        preview.layer = LayerIndex{position};
        add_affine(*layer, true, preview);
    }
    return previews;
}

void after_step(const nn::Network<float>& network, std::vector<NormPreview>& previews) {
    auto preview = previews.begin();
    for (const auto& [position, layer] : network.norm_layers()) {
        const nn::BatchNorm2d<float>& norm = *layer;
        preview->batch_mean.assign(norm.batch_mean().begin(), norm.batch_mean().end());
        preview->batch_var.assign(norm.batch_var().begin(), norm.batch_var().end());
        preview->running_mean_after = copied(norm.running_mean());
        preview->running_var_after = copied(norm.running_var());
        add_affine(norm, false, *preview++);
    }
    for (const auto& [position, layer] : network.image_norm_layers()) add_affine(*layer, false, *preview++);
}

}  // namespace

StepPreview preview_step(Experiment& experiment, Trainer& trainer) {
    const std::int64_t batch_size = experiment.recipe().data.batch_size;
    const BatchSampler& sampler = experiment.sampler();
    StepPreview preview;
    preview.step = StepIndex{experiment.step().value + 1};
    preview.epoch = sampler.epoch(batch_size);
    preview.batch = (sampler.position(batch_size) + batch_size - 1) / batch_size + 1;
    preview.batches = sampler.batches_per_epoch(batch_size);
    preview.norms = before_step(experiment.network());
    const std::vector<double> parameters = copied(experiment.network().parameters().values());

    preview.result = trainer.step(experiment);

    after_step(experiment.network(), preview.norms);
    double squares = 0;
    const std::span<const float> now = experiment.network().parameters().values();
    for (std::size_t i = 0; i < now.size(); ++i) {
        const double change = static_cast<double>(now[i]) - parameters[i];
        squares += change * change;
    }
    preview.update_norm = std::sqrt(squares);
    return preview;
}

}  // namespace normscope::instruments
