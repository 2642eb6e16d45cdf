#include "core/optim/Optimizer.h"

#include <cmath>
#include <span>
#include <stdexcept>

namespace normscope::optim {
namespace {

/// Values of one parameter in all the arrays that an update reads and writes.
template <class S>
struct Slice {
    std::span<S> values;
    std::span<const S> gradients;
    S* first;
    S* second;
};

template <class S>
void sgd(const Slice<S>& slice, const Options& options, double weight_decay) {
    const S lr = static_cast<S>(options.lr), momentum = static_cast<S>(options.momentum);
    const S decay = static_cast<S>(weight_decay);
    for (std::size_t i = 0; i < slice.values.size(); ++i) {
        S update = slice.gradients[i] + decay * slice.values[i];
        if (momentum != 0) {
            S& velocity = slice.first[i];
            velocity = momentum * velocity + update;
            update = options.nesterov ? update + momentum * velocity : velocity;
        }
        slice.values[i] -= lr * update;
    }
}

template <class S>
void adam(const Slice<S>& slice, const Options& options, double weight_decay, std::int64_t updates) {
    const bool decoupled = options.algorithm == Algorithm::adamw;
    const S shrink = static_cast<S>(decoupled ? 1 - options.lr * weight_decay : 1.0);
    const S decay = static_cast<S>(decoupled ? 0.0 : weight_decay);
    const S beta1 = static_cast<S>(options.beta1), beta2 = static_cast<S>(options.beta2);
    const S rest1 = static_cast<S>(1 - options.beta1), rest2 = static_cast<S>(1 - options.beta2);
    const auto t = static_cast<double>(updates);
    const S step_size = static_cast<S>(options.lr / (1 - std::pow(options.beta1, t)));
    const S root_correction = static_cast<S>(std::sqrt(1 - std::pow(options.beta2, t)));
    const S eps = static_cast<S>(options.eps);
    for (std::size_t i = 0; i < slice.values.size(); ++i) {
        S& value = slice.values[i];
        value *= shrink;
        const S gradient = slice.gradients[i] + decay * value;
        slice.first[i] = beta1 * slice.first[i] + rest1 * gradient;
        slice.second[i] = beta2 * slice.second[i] + rest2 * gradient * gradient;
        value -= step_size * (slice.first[i] / (std::sqrt(slice.second[i]) / root_correction + eps));
    }
}

}  // namespace

template <class S>
void Optimizer<S>::step(nn::ParameterArena<S>& parameters, const Options& options) {
    if (options.nesterov && options.momentum <= 0) {
        throw std::invalid_argument("Nesterov momentum requires a momentum above 0");
    }
    const auto values = parameters.values();
    const bool is_adam = options.algorithm != Algorithm::sgd;
    m_state.first.resize(values.size(), S{0});
    if (is_adam) m_state.second.resize(values.size(), S{0});
    m_state.updates.resize(parameters.parameters().size(), 0);

    for (std::size_t i = 0; i < m_state.updates.size(); ++i) {
        const nn::Parameter<S>& parameter = *parameters.parameters()[i];
        if (!parameter.trainable) continue;
        const auto updates = ++m_state.updates[i];
        const auto offset = static_cast<std::size_t>(parameter.value.data() - values.data());
        const Slice<S> slice{parameter.value, parameter.gradient, m_state.first.data() + offset,
                             is_adam ? m_state.second.data() + offset : nullptr};
        const double weight_decay = options.exempt_norm && parameter.of_norm ? 0 : options.weight_decay;
        if (is_adam) {
            adam(slice, options, weight_decay, updates);
        } else {
            sgd(slice, options, weight_decay);
        }
    }
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace normscope::optim
