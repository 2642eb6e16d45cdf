#include "core/nn/BlockEnd.h"

#include "core/kernels/Elementwise.h"

#include <algorithm>

namespace normscope::nn {

void BlockEnd::forward(const float* z, float* y, std::int64_t y_row_step) const {
    if (m_norm && m_pools) {
        kernels::normalize_pool(pool_image(), m_norm->channels().coefficients(), z, y, y_row_step);
    } else if (m_norm) {
        kernels::normalize(m_area, m_norm->channels().coefficients(), z, row(), y, y_row_step);
    } else if (m_pools) {
        kernels::max_pool(pool_image(), z, y, y_row_step);
    } else {
        for (std::int64_t i = 0; i < m_area.rows; ++i, z += row(), y += y_row_step) {
            if (m_area.relu) {
                kernels::relu(z, row(), y);
            } else {
                std::copy_n(z, row(), y);
            }
        }
    }
}

void BlockEnd::backward(const float* z, const float* dy, float* dz, std::int64_t dz_row_step) const {
    if (m_norm && m_pools) {
        kernels::normalize_pool_backward(pool_image(), m_norm->channels().coefficients(), z, dy, dz, dz_row_step);
    } else if (m_norm) {
        kernels::normalize_backward(m_area, m_norm->channels().coefficients(), z, row(), dy, row(), dz, dz_row_step);
    } else if (m_pools) {
        kernels::max_pool_backward(pool_image(), z, dy, dz, dz_row_step);
    } else {
        for (std::int64_t i = 0; i < m_area.rows; ++i, z += row(), dy += row(), dz += dz_row_step) {
            if (m_area.relu) {
                kernels::relu_backward(z, dy, row(), dz);  // z > 0 where its rectified value is
            } else {
                std::copy_n(dy, row(), dz);
            }
        }
    }
}

void BlockEnd::add_norm_gradients(const float* z, const float* dy, std::int64_t group) const {
    if (!m_norm) return;
    kernels::NormChannels& norm = m_norm->channels();
    double* sums = norm.gradient_sums(group);
    double* products = norm.gradient_products(group);
    if (m_pools) {
        kernels::add_pool_gradient_sums(pool_image(), norm.coefficients(), z, dy, sums, products);
    } else {
        kernels::add_gradient_sums(m_area, norm.coefficients(), z, row(), dy, row(), sums, products);
    }
}

}  // namespace normscope::nn
