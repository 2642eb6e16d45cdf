// Small tensors written out by hand.
#pragma once

#include "core/tensor/Tensor.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace normscope::testing {

/// Values in memory order: image, row, column, channel.
template <class S>
Tensor<S> tensor_of(const Shape& shape, std::initializer_list<double> values) {
    Tensor<S> tensor(shape);
    std::ranges::transform(values, tensor.data(), [](double value) { return static_cast<S>(value); });
    return tensor;
}

/// A copy in memory order, as doubles.
template <class S>
std::vector<double> values_of(const Tensor<S>& tensor) {
    return {tensor.values().begin(), tensor.values().end()};
}

}  // namespace normscope::testing
