#include "core/kernels/BatchConv.h"

#include "core/kernels/DirectConv.h"
#include "core/kernels/Elementwise.h"
#include "core/kernels/Scratch.h"
#include "core/kernels/WinogradConv.h"

#include <algorithm>

namespace normscope::kernels {

bool winograd_applies(const ConvShape& shape) {
    return shape.kernel == 3 && shape.stride == 1 && shape.padding <= 2;
}

std::unique_ptr<ConvAlgorithm> make_conv_algorithm(const ConvShape& shape, ConvMethod method) {
    if (method == ConvMethod::winograd && winograd_applies(shape)) return std::make_unique<WinogradConv>(shape);
    return std::make_unique<DirectConv>(shape);
}

BatchConv::BatchConv(const ConvShape& shape, ConvMethod method)
    : m_shape(shape), m_algorithm(make_conv_algorithm(shape, method)) {}

std::int64_t BatchConv::canvases_size() const {
    const std::int64_t images = m_algorithm->images_per_block();
    return images * (m_algorithm->input_canvas().size() + m_algorithm->gradient_canvas().size());
}

std::int64_t BatchConv::partials_size() const {
    return bias_offset() + Scratch::rounded(m_shape.out_channels);
}

std::int64_t BatchConv::bias_offset() const {
    return Scratch::rounded(m_shape.weight_count());
}

std::size_t BatchConv::scratch_size(int threads) const {
    const std::int64_t of_thread = Scratch::rounded(canvases_size()) + Scratch::rounded(m_algorithm->work_size()) +
                                   Scratch::rounded(m_algorithm->sums_size());
    const std::int64_t packed = std::max(m_algorithm->packed_forward_size(), m_algorithm->packed_backward_size());
    return static_cast<std::size_t>(Scratch::rounded(packed) + threads * of_thread + work_groups * partials_size());
}

const float* BatchConv::lay_out(const float* x, std::int64_t first, std::int64_t images, float* canvases) const {
    const Canvas& canvas = m_algorithm->input_canvas();
    if (m_algorithm->takes_images()) return x + first * m_shape.in_image();
    for (std::int64_t i = 0; i < images; ++i) {
        canvas.fill(x + (first + i) * m_shape.in_image(), m_shape.h, m_shape.w, canvases + i * canvas.size());
    }
    return canvases;
}

void BatchConv::forward(const float* x, const float* weight, const float* bias, float* y, std::span<float> scratch,
                        ThreadPool& pool) const {
    const ConvAlgorithm& algorithm = *m_algorithm;
    Scratch memory(scratch);
    float* packed = memory.take(algorithm.packed_forward_size());
    const ThreadMemory canvases = memory.take_for_threads(canvases_size(), pool.threads());
    const ThreadMemory work = memory.take_for_threads(algorithm.work_size(), pool.threads());
    algorithm.pack_forward(weight, bias, packed);
    pool.run(work_groups, [&](std::int64_t group, int thread) {
        const auto [begin, end] = work_range(m_shape.n, group);
        for (std::int64_t n = begin; n < end; n += algorithm.images_per_block()) {
            const std::int64_t images = std::min(algorithm.images_per_block(), end - n);
            const float* inputs = lay_out(x, n, images, canvases.of(thread));
            algorithm.forward(packed, inputs, images, y + n * m_shape.out_image(), work.of(thread), nullptr);
        }
    });
}

void BatchConv::backward(const float* x, const float* weight, const float* dy, const Gradients& gradients,
                         std::span<float> scratch, ThreadPool& pool) const {
    const ConvAlgorithm& algorithm = *m_algorithm;
    const Canvas& gradient = algorithm.gradient_canvas();
    Scratch memory(scratch);
    float* packed = memory.take(algorithm.packed_backward_size());
    const ThreadMemory canvases = memory.take_for_threads(canvases_size(), pool.threads());
    const ThreadMemory work = memory.take_for_threads(algorithm.work_size(), pool.threads());
    const ThreadMemory sums = memory.take_for_threads(algorithm.sums_size(), pool.threads());
    float* partials = memory.take(work_groups * partials_size());
    if (gradients.dx) algorithm.pack_backward(weight, packed);
    pool.run(work_groups, [&](std::int64_t group, int thread) {
        const auto [begin, end] = work_range(m_shape.n, group);
        float* partial = partials + group * partials_size();
        float* weight_sums = algorithm.sums_are_gradients() ? partial : sums.of(thread);
        float* bias_partial = partial + bias_offset();
        std::fill_n(bias_partial, m_shape.out_channels, 0.0F);
        float* outputs = canvases.of(thread) + algorithm.images_per_block() * algorithm.input_canvas().size();
        for (std::int64_t n = begin; n < end; n += algorithm.images_per_block()) {
            const std::int64_t images = std::min(algorithm.images_per_block(), end - n);
            for (std::int64_t i = 0; i < images; ++i) {
                const float* image = dy + (n + i) * m_shape.out_image();
                gradient.fill(image, m_shape.out_h(), m_shape.out_w(), outputs + i * gradient.size());
                if (gradients.dbias) {
                    add_pixels(image, m_shape.out_h() * m_shape.out_w(), m_shape.out_channels, bias_partial);
                }
            }
            if (gradients.dweight) {
                const float* inputs = lay_out(x, n, images, canvases.of(thread));
                algorithm.weight_gradient(inputs, outputs, images, n > begin, weight_sums, work.of(thread), nullptr);
            }
            if (gradients.dx) {
                algorithm.input_gradient(packed, outputs, images, false, gradients.dx + n * m_shape.in_image(),
                                         work.of(thread), nullptr);
            }
        }
        if (!gradients.dweight) return;
        if (begin == end) {
            std::fill_n(partial, m_shape.weight_count(), 0.0F);
        } else if (!algorithm.sums_are_gradients()) {
            algorithm.finish_weight_gradient(weight_sums, partial);
        }
    });
    merge(gradients, partials, pool);
}

void BatchConv::merge(const Gradients& gradients, float* partials, ThreadPool& pool) const {
    if (gradients.dweight) {
        // Each thread merges its share of the weights, all groups in order.
        pool.run(work_groups, [&](std::int64_t share) {
            const auto [begin, end] = work_range(m_shape.weight_count(), share);
            sum_partials(partials + begin, work_groups, partials_size(), end - begin, gradients.dweight + begin);
        });
    }
    if (gradients.dbias) {
        sum_partials(partials + bias_offset(), work_groups, partials_size(), m_shape.out_channels, gradients.dbias);
    }
}

}  // namespace normscope::kernels
