// Tensors for tests: random ones, PyTorch's order, and how far two are apart.
#pragma once

#include "core/random/RandomStream.h"
#include "core/tensor/Tensor.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string_view>
#include <vector>

namespace normscope::testing {

/// Normally distributed values (Box and Muller) with 24 random bits.
class NormalValues {
   public:
    explicit NormalValues(std::uint64_t seed, std::string_view name = "test") : m_stream(seed, name) {}

    double next() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - m_stream.uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * m_stream.uniform());
    }

   private:
    RandomStream m_stream;
};

template <class S>
void fill_normal(std::span<S> values, std::uint64_t seed, double mean = 0, double deviation = 1) {
    NormalValues normal(seed);
    for (S& value : values) value = static_cast<S>(mean + deviation * normal.next());
}

template <class S>
Tensor<S> random_tensor(const Shape& shape, std::uint64_t seed, double mean = 0, double deviation = 1) {
    Tensor<S> tensor(shape);
    fill_normal<S>(tensor.values(), seed, mean, deviation);
    return tensor;
}

/// All different by at least `gap`, none nearer to 0 than half of it: no ties for ReLU and MaxPool2d.
inline Tensor<double> tensor_without_ties(const Shape& shape, std::uint64_t seed, double gap = 0.01) {
    Tensor<double> tensor(shape);
    const auto order = permutation(shape.size(), RandomStream(seed, "ties"));
    for (std::int64_t i = 0; i < shape.size(); ++i) {
        tensor.data()[i] = gap * (static_cast<double>(order[i] - shape.size() / 2) + 0.5);
    }
    return tensor;
}

/// ‖a − b‖ / ‖b‖; infinite if the lengths differ or a value is not finite.
template <class A, class B>
double relative_distance(std::span<const A> a, std::span<const B> b) {
    if (a.size() != b.size()) return INFINITY;
    double difference = 0, reference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        difference += d * d;
        reference += static_cast<double>(b[i]) * static_cast<double>(b[i]);
    }
    if (!std::isfinite(difference)) return INFINITY;
    return difference == 0 ? 0 : std::sqrt(difference / reference);
}

/// Values in PyTorch's order (N, C, H, W).
template <class S>
std::vector<double> nchw_of(const Tensor<S>& tensor) {
    const Shape& shape = tensor.shape();
    std::vector<double> values;
    for (std::int64_t n = 0; n < shape.n; ++n) {
        for (std::int64_t c = 0; c < shape.c; ++c) {
            for (std::int64_t pixel = 0; pixel < shape.h * shape.w; ++pixel) {
                values.push_back(static_cast<double>(tensor.image(n)[pixel * shape.c + c]));
            }
        }
    }
    return values;
}

/// A tensor from values in PyTorch's order.
template <class S>
Tensor<S> from_nchw(const Shape& shape, std::span<const double> values) {
    Tensor<S> tensor(shape);
    std::size_t i = 0;
    for (std::int64_t n = 0; n < shape.n; ++n) {
        for (std::int64_t c = 0; c < shape.c; ++c) {
            for (std::int64_t pixel = 0; pixel < shape.h * shape.w; ++pixel) {
                tensor.image(n)[pixel * shape.c + c] = static_cast<S>(values[i++]);
            }
        }
    }
    return tensor;
}

/// Values of one channel, image after image.
template <class S>
std::vector<double> channel_of(const Tensor<S>& tensor, std::int64_t channel) {
    std::vector<double> values;
    for (std::int64_t pixel = 0; pixel < tensor.shape().pixels(); ++pixel) {
        values.push_back(static_cast<double>(tensor.data()[pixel * tensor.shape().c + channel]));
    }
    return values;
}

}  // namespace normscope::testing
