// Gradients of layers against central differences, in double.
#pragma once

#include "core/nn/Module.h"
#include "tests/core/nn/TensorTools.h"

#include <QByteArray>
#include <QTest>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace normscope::testing {

/// By name ("input", "weight", …): ‖analytic − numeric‖ / ‖numeric‖.
using GradientErrors = std::vector<std::pair<std::string, double>>;

/// Checks dL/dx and dL/dparameters for L = Σ g·y with a random g.
class GradientCheck {
   public:
    GradientCheck(nn::Module<double>& layer, Tensor<double> x, nn::Mode mode)
        : m_layer(layer), m_x(std::move(x)), m_pool(1), m_pass{m_pool, mode, /*update_buffers=*/false} {}

    GradientErrors errors() {
        const Tensor<double>& y = m_layer.forward(m_x, m_pass);
        m_gradient = random_tensor<double>(y.shape(), 99);
        const auto dx = m_layer.backward(m_gradient, m_pass).values();
        const std::vector<double> input(dx.begin(), dx.end());
        std::vector<std::vector<double>> analytic;
        for (const auto* p : m_layer.parameters()) analytic.emplace_back(p->gradient.begin(), p->gradient.end());

        GradientErrors errors{{"input", error_of(input, m_x.values())}};
        for (std::size_t i = 0; i < analytic.size(); ++i) {
            const auto* parameter = m_layer.parameters()[i];
            errors.emplace_back(parameter->name, error_of(analytic[i], parameter->value));
        }
        return errors;
    }

   private:
    double loss() {
        const auto y = m_layer.forward(m_x, m_pass).values();
        long double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<long double>(y[i]) * m_gradient.values()[i];
        return static_cast<double>(sum);
    }

    double error_of(std::span<const double> analytic, std::span<double> values) {
        constexpr double h = 1e-5;
        std::vector<double> numeric;
        for (double& value : values) {
            const double before = value;
            value = before + h;
            const double above = loss();
            value = before - h;
            const double below = loss();
            value = before;
            numeric.push_back((above - below) / (2 * h));
        }
        return relative_distance<double, double>(analytic, numeric);
    }

    nn::Module<double>& m_layer;
    Tensor<double> m_x;
    Tensor<double> m_gradient;
    ThreadPool m_pool;
    nn::Pass m_pass;
};

/// Fails the current test unless all errors are at most 1e-6.
inline void verify_gradients(nn::Module<double>& layer, const Tensor<double>& x, nn::Mode mode = nn::Mode::train) {
    for (const auto& [name, error] : GradientCheck(layer, x, mode).errors()) {
        const auto message = QByteArray::fromStdString(name) + ": relative error " + QByteArray::number(error);
        QVERIFY2(error <= 1e-6, message.constData());
    }
}

}  // namespace normscope::testing
