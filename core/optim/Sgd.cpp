#include "core/optim/Sgd.h"

namespace normscope::optim {

template <class S>
void Sgd<S>::step(std::span<S> parameters, std::span<const S> gradients, const SgdOptions& options) {
    m_velocity.resize(parameters.size(), S{0});
    const S lr = static_cast<S>(options.lr);
    const S momentum = static_cast<S>(options.momentum);
    const S weight_decay = static_cast<S>(options.weight_decay);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        m_velocity[i] = momentum * m_velocity[i] + (gradients[i] + weight_decay * parameters[i]);
        parameters[i] -= lr * m_velocity[i];
    }
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace normscope::optim
