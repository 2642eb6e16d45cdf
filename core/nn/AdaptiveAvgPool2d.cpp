#include "core/nn/AdaptiveAvgPool2d.h"

#include "core/Error.h"

namespace normscope::nn {

template <class S>
AdaptiveAvgPool2d<S>::AdaptiveAvgPool2d(std::int64_t height, std::int64_t width) : m_height(height), m_width(width) {
    if (height < 1 || width < 1) throw InputError("AdaptiveAvgPool2d: the output size must be at least 1.");
}

template <class S>
std::string AdaptiveAvgPool2d<S>::detail() const {
    return "to " + std::to_string(m_height) + "×" + std::to_string(m_width);
}

template <class S>
Shape AdaptiveAvgPool2d<S>::output_shape(const Shape& input) const {
    if (input.h < 1 || input.w < 1) {
        throw ShapeError("AdaptiveAvgPool2d expects maps of at least one pixel, got input size " + to_string(input));
    }
    return {input.n, m_height, m_width, input.c};
}

template <class S>
WorkRange AdaptiveAvgPool2d<S>::window_of(std::int64_t i, std::int64_t count, std::int64_t size) {
    return {i * size / count, ((i + 1) * size + count - 1) / count};
}

template class AdaptiveAvgPool2d<float>;
template class AdaptiveAvgPool2d<double>;

}  // namespace normscope::nn
