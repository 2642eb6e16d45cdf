#include "core/nn/BatchNorm1d.h"

namespace normscope::nn {

template <class S>
Shape BatchNorm1d<S>::output_shape(const Shape& input) const {
    if (input.h != 1) throw ShapeError("BatchNorm1d: expected 2D or 3D input, got input size " + to_string(input));
    return BatchNorm2d<S>::output_shape(input);
}

template <class S>
std::string BatchNorm1d<S>::torch_size(const Shape& shape) const {
    const bool is_vector = shape.w == 1 && !m_sequences;
    return "torch.Size([" + std::to_string(shape.n) + ", " + std::to_string(shape.c) +
           (is_vector ? "" : ", " + std::to_string(shape.w)) + "])";
}

template <class S>
std::unique_ptr<Module<S>> BatchNorm1d<S>::clone() const {
    auto copy = std::make_unique<BatchNorm1d>(this->options(), m_sequences);
    this->copy_buffers_to(*copy);
    return copy;
}

template class BatchNorm1d<float>;
template class BatchNorm1d<double>;

}  // namespace normscope::nn
