// A batch of feature maps in memory.
#pragma once

#include "core/tensor/AlignedVector.h"
#include "core/tensor/Shape.h"

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <span>

namespace normscope {

template <class S>
using RowMatrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class S>
using MatrixMap = Eigen::Map<RowMatrix<S>>;
template <class S>
using ConstMatrixMap = Eigen::Map<const RowMatrix<S>>;

/// Contiguous, 64-byte aligned, NHWC: the channel runs fastest. A value type.
template <class S>
class Tensor {
   public:
    Tensor() = default;
    explicit Tensor(const Shape& shape) { resize(shape); }

    /// Changes the shape; the values are unspecified afterwards. Memory is only ever taken, not given back.
    void resize(const Shape& shape) {
        m_shape = shape;
        const auto wanted = static_cast<std::size_t>(shape.size());
        if (m_values.size() < wanted) m_values.resize(wanted);
    }
    void fill(S value) { std::fill_n(data(), m_shape.size(), value); }

    const Shape& shape() const { return m_shape; }
    S* data() { return m_values.data(); }
    const S* data() const { return m_values.data(); }
    std::span<S> values() { return {data(), static_cast<std::size_t>(m_shape.size())}; }
    std::span<const S> values() const { return {data(), static_cast<std::size_t>(m_shape.size())}; }

    S* image(std::int64_t n) { return data() + n * m_shape.image_size(); }
    const S* image(std::int64_t n) const { return data() + n * m_shape.image_size(); }

    /// The value of image n at row h, column w, channel c.
    S& at(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c) {
        return data()[((n * m_shape.h + h) * m_shape.w + w) * m_shape.c + c];
    }
    S at(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c) const {
        return data()[((n * m_shape.h + h) * m_shape.w + w) * m_shape.c + c];
    }

    /// View as N rows of H·W·C values.
    MatrixMap<S> rows() { return {data(), m_shape.n, m_shape.image_size()}; }
    ConstMatrixMap<S> rows() const { return {data(), m_shape.n, m_shape.image_size()}; }

   private:
    Shape m_shape;
    AlignedVector<S> m_values;
};

}  // namespace normscope
