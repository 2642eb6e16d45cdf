#include "core/instruments/NormTerms.h"

#include "core/Error.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace normscope::instruments {
namespace {

void measure_batch(std::span<const double> x, NormForward& forward) {
    const auto n = static_cast<double>(x.size());
    for (const double value : x) forward.batch_mean += value;
    forward.batch_mean /= n;
    double squares = 0;
    for (const double value : x) squares += (value - forward.batch_mean) * (value - forward.batch_mean);
    forward.batch_var = squares / n;
    if (x.size() > 1) forward.unbiased_var = squares / (n - 1);
}

void update_running_stats(const NormChannel& channel, NormForward& forward) {
    ++forward.num_batches_tracked;
    forward.momentum = channel.momentum ? *channel.momentum : 1.0 / static_cast<double>(forward.num_batches_tracked);
    forward.running_mean = (1 - forward.momentum) * channel.running_mean + forward.momentum * forward.batch_mean;
    forward.running_var = (1 - forward.momentum) * channel.running_var + forward.momentum * forward.unbiased_var;
}

}  // namespace

template <class S>
NormChannel norm_channel(const nn::BatchNorm2d<S>& layer, ChannelIndex channel) {
    const auto c = static_cast<std::size_t>(channel.value);
    const auto& options = layer.options();
    NormChannel result{.eps = options.eps,
                       .momentum = options.momentum,
                       .track_running_stats = options.track_running_stats,
                       .frozen = options.frozen};
    if (options.affine) {
        result.weight = static_cast<double>(layer.weight()[c]);
        result.bias = static_cast<double>(layer.bias()[c]);
    }
    if (options.track_running_stats) {
        result.running_mean = static_cast<double>(layer.running_mean()[c]);
        result.running_var = static_cast<double>(layer.running_var()[c]);
        result.num_batches_tracked = layer.num_batches_tracked();
    }
    return result;
}

NormForward norm_forward(const NormChannel& channel, std::span<const double> x, nn::Mode mode) {
    NormForward forward;
    forward.used_batch = !channel.track_running_stats || (mode == nn::Mode::train && !channel.frozen);
    forward.running_mean = channel.running_mean;
    forward.running_var = channel.running_var;
    forward.num_batches_tracked = channel.num_batches_tracked;
    if (x.empty()) return forward;
    if (forward.used_batch && x.size() == 1) {
        throw InputError("Expected more than 1 value per channel when training, got one value.");
    }
    measure_batch(x, forward);
    forward.mean = forward.used_batch ? forward.batch_mean : channel.running_mean;
    forward.var = forward.used_batch ? forward.batch_var : channel.running_var;
    const bool is_constant = forward.used_batch && forward.var + channel.eps == 0;
    forward.inv_std = is_constant ? 0 : 1.0 / std::sqrt(forward.var + channel.eps);
    for (const double value : x) {
        forward.x_hat.push_back((value - forward.mean) * forward.inv_std);
        forward.y.push_back(forward.x_hat.back() * channel.weight + channel.bias);
    }
    if (forward.used_batch && channel.track_running_stats) update_running_stats(channel, forward);
    return forward;
}

NormBackward norm_backward(const NormChannel& channel, const NormForward& forward, std::span<const double> gradient) {
    if (gradient.size() != forward.x_hat.size()) {
        throw std::invalid_argument("the gradient has " + std::to_string(gradient.size()) + " values, the channel " +
                                    std::to_string(forward.x_hat.size()));
    }
    NormBackward backward;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        backward.bias_gradient += gradient[i];
        backward.weight_gradient += gradient[i] * forward.x_hat[i];
    }
    const auto n = static_cast<double>(gradient.size());
    const double scale = channel.weight * forward.inv_std;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        backward.direct.push_back(scale * gradient[i]);
        backward.mean_term.push_back(forward.used_batch ? -scale * (backward.bias_gradient / n) : 0.0);
        backward.projection_term.push_back(
            forward.used_batch ? -scale * forward.x_hat[i] * (backward.weight_gradient / n) : 0.0);
        backward.dx.push_back(backward.direct[i] + backward.mean_term[i] + backward.projection_term[i]);
    }
    return backward;
}

template NormChannel norm_channel(const nn::BatchNorm2d<float>&, ChannelIndex);
template NormChannel norm_channel(const nn::BatchNorm2d<double>&, ChannelIndex);

}  // namespace normscope::instruments
