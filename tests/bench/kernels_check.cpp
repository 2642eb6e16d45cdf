// The kernels against double precision with nothing but the kernels' own sources, for processors that the tests (Qt)
// are not built for: see neon_check.sh. Prints the largest relative errors by instruction set; fails where they are too
// large.
#include "core/kernels/BatchConv.h"
#include "core/kernels/BatchNorm.h"
#include "core/kernels/Isa.h"
#include "core/tensor/AlignedVector.h"
#include "tests/core/kernels/ConvReference.h"
#include "tests/core/kernels/NormReference.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

using namespace normscope;
using namespace normscope::kernels;
using namespace normscope::testing;

namespace {

/// Values in ±1, the same ones everywhere.
AlignedVector<float> some_values(std::int64_t count, std::uint32_t seed) {
    AlignedVector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        seed = seed * 1664525U + 1013904223U;
        value = static_cast<float>(seed >> 8U) / 8388608.0F - 1;
    }
    return values;
}

/// ‖found − exact‖ / ‖exact‖
template <class Found>
double relative_error(const Found& found, const std::vector<double>& exact) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        difference += (found[i] - exact[i]) * (found[i] - exact[i]);
        size += exact[i] * exact[i];
    }
    return size == 0 ? std::sqrt(difference) : std::sqrt(difference / size);
}

/// Largest error of y, dx, dweight and dbias.
double conv_error(const ConvShape& shape, ConvMethod method) {
    ThreadPool pool(1);
    const BatchConv conv(shape, method);
    const auto x = some_values(shape.n * shape.in_image(), 1), weight = some_values(shape.weight_count(), 2);
    const auto bias = some_values(shape.out_channels, 3), dy = some_values(shape.n * shape.out_image(), 4);
    AlignedVector<float> y(dy.size()), dx(x.size()), dweight(weight.size()), dbias(bias.size());
    AlignedVector<float> scratch(conv.scratch_size(1));
    conv.forward(x.data(), weight.data(), bias.data(), y.data(), scratch, pool);
    conv.backward(x.data(), weight.data(), dy.data(), {dx.data(), dweight.data(), dbias.data()}, scratch, pool);
    const ConvResult exact = conv_reference(shape, x, weight, bias, dy);
    return std::max({relative_error(y, exact.y), relative_error(dx, exact.dx), relative_error(dweight, exact.dweight),
                     relative_error(dbias, exact.dbias)});
}

/// Largest error of statistics, y and gradients of batch norm and ReLU, with or without a 2×2 max-pool.
double norm_error(const Shape& shape, bool pools) {
    ThreadPool pool(1);
    const PoolImage image{shape.h, shape.w, shape.c, true};
    const ImageTensor tensor{shape.n, shape.h * shape.w, shape.c};
    const std::int64_t outputs = pools ? shape.n * (shape.h / 2) * (shape.w / 2) * shape.c : shape.size();
    const auto x = some_values(shape.size(), 5), dy = some_values(outputs, 6);
    const auto gamma = some_values(shape.c, 7), beta = some_values(shape.c, 8);
    AlignedVector<float> y(dy.size()), dx(x.size());
    std::vector<double> mean(shape.c), var(shape.c), dgamma(shape.c), dbeta(shape.c);
    NormChannels norm(shape.c);
    sum_moments(tensor, x.data(), norm, pool);
    norm.merge_moments(mean, var);
    norm.set_statistics(mean, var, gamma, beta, 1e-5, true);
    if (pools) {
        normalize_pool_batch(image, shape.n, norm, x.data(), y.data(), pool);
        sum_pool_gradients(image, shape.n, norm, x.data(), dy.data(), pool);
    } else {
        normalize_batch(tensor, true, norm, x.data(), y.data(), pool);
        sum_gradients(tensor, true, norm, x.data(), dy.data(), pool);
    }
    norm.merge_gradients(dgamma, dbeta);
    norm.set_gradient_means(dgamma, dbeta, shape.pixels());
    if (pools) {
        normalize_pool_batch_backward(image, shape.n, norm, x.data(), dy.data(), dx.data(), pool);
    } else {
        normalize_batch_backward(tensor, true, norm, x.data(), dy.data(), dx.data(), pool);
    }
    const NormResult exact = norm_reference(shape, {.relu = true, .pool = pools}, x, gamma, beta, 1e-5, dy);
    return std::max({relative_error(mean, exact.mean), relative_error(var, exact.var), relative_error(y, exact.y),
                     relative_error(dgamma, exact.dgamma), relative_error(dbeta, exact.dbeta),
                     relative_error(dx, exact.dx)});
}

/// True if all is well.
bool check(const std::string& isa) {
    const std::vector<ConvShape> conv_shapes{
        {3, 8, 8, 16, 16},           {2, 7, 9, 5, 7},          {1, 5, 6, 3, 17},
        {2, 13, 11, 19, 33},         {1, 4, 4, 1, 1},          {2, 9, 9, 8, 12, 3, 2, 1},
        {2, 8, 10, 16, 32, 3, 2, 1}, {2, 6, 7, 4, 5, 1, 1, 0}, {2, 7, 7, 3, 6, 5, 2, 2}};
    const std::vector<Shape> norm_shapes{{3, 5, 7, 16}, {2, 9, 6, 5}, {4, 4, 4, 33}, {1, 3, 4, 130}, {20, 6, 6, 64}};
    use_isa(isa);
    double direct = 0, winograd = 0, norm = 0;
    for (const ConvShape& shape : conv_shapes) {
        direct = std::max(direct, conv_error(shape, ConvMethod::direct));
        if (winograd_applies(shape)) winograd = std::max(winograd, conv_error(shape, ConvMethod::winograd));
    }
    for (const Shape& shape : norm_shapes) norm = std::max({norm, norm_error(shape, false), norm_error(shape, true)});
    std::printf("%-9s direct %.1e, Winograd %.1e, batch norm %.1e\n", isa.c_str(), direct, winograd, norm);
    return direct <= 1e-5 && winograd <= 1e-4 && norm <= 1e-5;
}

}  // namespace

int main() {
    bool all_well = true;
    for (const std::string& isa : available_isas()) all_well = check(isa) && all_well;
    return all_well ? 0 : 1;
}
