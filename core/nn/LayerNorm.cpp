#include "core/nn/LayerNorm.h"

namespace normscope::nn {

template <class S>
LayerNorm<S>::LayerNorm(const Options& options)
    : ImageNorm<S>({.channels = options.normalized_shape.c,
                    .groups = 1,
                    .eps = options.eps,
                    .affine = options.affine,
                    .elements = options.normalized_shape}),
      m_options(options) {}

template <class S>
std::string LayerNorm<S>::detail() const {
    const Shape& shape = m_options.normalized_shape;
    return std::to_string(shape.h) + "×" + std::to_string(shape.w) + "×" + std::to_string(shape.c);
}

template <class S>
Shape LayerNorm<S>::output_shape(const Shape& input) const {
    const Shape& shape = m_options.normalized_shape;
    if (input.h != shape.h || input.w != shape.w || input.c != shape.c) {
        throw ShapeError("LayerNorm has the shape [" + std::to_string(shape.c) + ", " + std::to_string(shape.h) + ", " +
                         std::to_string(shape.w) + "], got input size " + to_string(input));
    }
    return input;
}

template <class S>
std::unique_ptr<Module<S>> LayerNorm<S>::clone() const {
    Options options = m_options;
    options.eps = this->eps();
    auto copy = std::make_unique<LayerNorm>(options);
    copy->set_frozen_affine(this->frozen_affine());
    return copy;
}

template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace normscope::nn
