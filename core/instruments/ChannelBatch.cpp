#include "core/instruments/ChannelBatch.h"

#include "core/Error.h"
#include "core/nn/CrossEntropy.h"
#include "core/train/BatchLoader.h"

namespace normscope::instruments {
namespace {

using Norm = nn::BatchNorm2d<float>;

const Norm& layer_at(const nn::Network<float>& network, LayerIndex layer, ChannelIndex channel) {
    for (const auto& [position, norm] : network.norm_layers()) {
        if (position != layer.value) continue;
        if (channel.value < 0 || channel.value >= norm->channels()) {
            throw InputError("'" + norm->name() + "' has no channel " + std::to_string(channel.value) + ".");
        }
        if (norm->options().ghost_batches > 1) {
            throw InputError("'" + norm->name() + "' normalizes " + std::to_string(norm->options().ghost_batches) +
                             " ghost batches apart; the arithmetic of one batch would not be that of the layer.");
        }
        return *norm;
    }
    throw InputError("Layer " + std::to_string(layer.value) + " is no batch norm layer.");
}

/// Copies one channel of one layer as it runs.
class ChannelTap : public nn::LayerObserver {
   public:
    ChannelTap(const Norm& layer, ChannelIndex channel, ChannelBatch& into)
        : m_layer(layer), m_channel(channel.value), m_into(into) {}

    void saw_forward(const nn::Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) override {
        if (&layer != &m_layer) return;
        m_into.shape = x.shape();
        m_into.x = channel_of(x);
        m_into.y = channel_of(y);
    }
    void saw_backward(const nn::Module<float>& layer, const Tensor<float>& gradient) override {
        if (&layer == &m_layer) m_into.gradient = channel_of(gradient);
    }

   private:
    std::vector<double> channel_of(const Tensor<float>& tensor) const {
        const auto channels = tensor.shape().c;
        std::vector<double> values;
        values.reserve(static_cast<std::size_t>(tensor.shape().pixels()));
        for (std::int64_t pixel = 0; pixel < tensor.shape().pixels(); ++pixel) {
            values.push_back(tensor.data()[pixel * channels + m_channel]);
        }
        return values;
    }

    const Norm& m_layer;
    std::int64_t m_channel;
    ChannelBatch& m_into;
};

}  // namespace

ChannelBatch channel_batch(Experiment& experiment, LayerIndex layer, ChannelIndex channel, nn::Mode mode,
                           ThreadPool& pool) {
    const FlushDenormals flush;
    const Recipe& recipe = experiment.recipe();
    nn::Network<float>& network = experiment.network();
    const Norm& norm = layer_at(network, layer, channel);
    ChannelBatch result{.layer = norm.name(), .channel = norm_channel(norm, channel)};

    BatchSampler& sampler = experiment.sampler();
    result.images = sampler.next(recipe.data.batch_size);
    ImageBatch batch;
    load_batch(*experiment.data().train, result.images, recipe.data, pool, batch,
               AugmentSource{.seed = recipe.seed, .epoch = sampler.batch_epoch()});
    ChannelTap tap(norm, channel, result);
    const nn::Pass pass{pool, mode, /*update_buffers=*/false, {}, &tap, nn::kernels_named(recipe.kernels)};
    const Tensor<float>& logits = network.forward(batch.images, pass);
    Tensor<float> gradient;
    nn::cross_entropy(logits, batch.labels, &gradient, recipe.loss.label_smoothing);
    network.backward(gradient, pass);
    return result;
}

}  // namespace normscope::instruments
