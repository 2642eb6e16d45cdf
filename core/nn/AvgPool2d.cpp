#include "core/nn/AvgPool2d.h"

namespace normscope::nn {

template <class S>
WorkRange AvgPool2d<S>::window(std::int64_t i, std::int64_t /*count*/, std::int64_t size) const {
    return m_windows.inside(i, size);
}

template <class S>
double AvgPool2d<S>::divisor(std::int64_t /*pixels*/) const {
    return static_cast<double>(options().kernel * options().kernel);
}

template <class S>
std::unique_ptr<Module<S>> AvgPool2d<S>::clone() const {
    return std::make_unique<AvgPool2d>(options());
}

template class AvgPool2d<float>;
template class AvgPool2d<double>;

}  // namespace normscope::nn
