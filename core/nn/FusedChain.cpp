#include "core/nn/FusedChain.h"

#include "core/kernels/BatchConv.h"
#include "core/kernels/Elementwise.h"

#include <algorithm>

namespace normscope::nn {

using kernels::Canvas;
using kernels::ConvAlgorithm;
using kernels::Scratch;

FusedChain::FusedChain(const std::vector<FusedBlock>& blocks) {
    for (const FusedBlock& block : blocks) {
        const auto parameters = block.conv->parameters();
        Stage& stage = m_stages.emplace_back();
        stage.block = block;
        stage.weight = parameters[0];
        stage.bias = parameters.size() > 1 ? parameters[1] : nullptr;
    }
}

bool FusedChain::can_run(const Shape& x, const Pass& pass) const {
    if (pass.kernels == Kernels::reference || x.size() == 0) return false;
    return std::ranges::all_of(
        m_stages, [&](const Stage& stage) { return !stage.block.norm || stage.block.norm->has_kernels(x, pass); });
}

std::size_t FusedChain::scratch_size(const Stage& stage, int threads) {
    const ConvAlgorithm& algorithm = *stage.algorithm;
    const std::int64_t packed = std::max(algorithm.packed_forward_size(), algorithm.packed_backward_size());
    const std::int64_t of_thread =
        algorithm.images_per_block() * (algorithm.input_canvas().size() + algorithm.gradient_canvas().size()) +
        Scratch::rounded(algorithm.work_size()) + Scratch::rounded(algorithm.sums_size());
    return static_cast<std::size_t>(Scratch::rounded(packed) + threads * of_thread +
                                    work_groups * stage.partials_size());
}

FusedChain::Work FusedChain::work_of(const Stage& stage, int threads) {
    const ConvAlgorithm& algorithm = *stage.algorithm;
    const std::int64_t images = algorithm.images_per_block();
    Scratch memory(m_scratch);
    return {.packed = memory.take(std::max(algorithm.packed_forward_size(), algorithm.packed_backward_size())),
            .inputs = memory.take_for_threads(images * algorithm.input_canvas().size(), threads),
            .gradients = memory.take_for_threads(images * algorithm.gradient_canvas().size(), threads),
            .intermediate = memory.take_for_threads(algorithm.work_size(), threads),
            .sums = memory.take_for_threads(algorithm.sums_size(), threads),
            .partials = memory.take(work_groups * stage.partials_size())};
}

void FusedChain::prepare(const Shape& x, const Pass& pass) {
    if (m_input_shape != x || m_kernels != pass.kernels) {
        m_input_shape = x;
        m_kernels = pass.kernels;
        Shape shape = x;
        for (Stage& stage : m_stages) {
            stage.z_shape = stage.block.conv->output_shape(shape);
            const kernels::ConvShape geometry = stage.block.conv->kernel_shape(shape);
            stage.algorithm = kernels::make_conv_algorithm(geometry, conv_method(geometry, pass.kernels));
            stage.z.resize(stage.z_shape);
            if (stage.block.norm) stage.block.norm->output_shape(stage.z_shape);  // throws
            stage.output_shape = stage.block.pool ? stage.block.pool->output_shape(stage.z_shape) : stage.z_shape;
            shape = stage.output_shape;
        }
    }
    std::size_t size = 0;
    for (const Stage& stage : m_stages) size = std::max(size, scratch_size(stage, pass.pool.threads()));
    if (m_scratch.size() < size) m_scratch.resize(size);
}

const float* FusedChain::lay_out_inputs(std::size_t index, std::int64_t first, std::int64_t images,
                                        float* canvases) const {
    const ConvAlgorithm& algorithm = *m_stages[index].algorithm;
    if (index == 0 && algorithm.takes_images()) return m_input->image(first);
    for (std::int64_t i = 0; i < images; ++i) {
        lay_out_input(index, first + i, canvases + i * algorithm.input_canvas().size());
    }
    return canvases;
}

void FusedChain::lay_out_input(std::size_t index, std::int64_t n, float* canvas) const {
    const Canvas& layout = m_stages[index].algorithm->input_canvas();
    if (index == 0) {
        layout.fill(m_input->image(n), m_input_shape.h, m_input_shape.w, canvas);
        return;
    }
    const Stage& before = m_stages[index - 1];
    layout.clear_border(before.output_shape.h, before.output_shape.w, canvas);
    before.end().forward(before.z.image(n), canvas + layout.origin(), layout.row_step());
}

void FusedChain::lay_out_gradient(const Stage& stage, const Tensor<float>& gradient, std::int64_t n, float* canvas) {
    const Canvas& layout = stage.algorithm->gradient_canvas();
    layout.clear_border(stage.z_shape.h, stage.z_shape.w, canvas);
    stage.end().backward(stage.z.image(n), gradient.image(n), canvas + layout.origin(), layout.row_step());
}

namespace {

/// The images that this thread will probably work on behind [n, n + images) of a group that ends at `end`: at most as
/// many.
WorkRange next_images(std::int64_t n, std::int64_t images, std::int64_t end, std::int64_t all, const Pass& pass) {
    // One thread goes on with the next group; of several, another one has it.
    const std::int64_t last = pass.pool.threads() == 1 ? all : end;
    return {n + images, std::min(n + 2 * images, last)};
}

void add(const Tensor<float>& tensor, const WorkRange& images, kernels::Prefetch& prefetch) {
    if (images.begin >= images.end) return;
    prefetch.add(tensor.image(images.begin), (images.end - images.begin) * tensor.shape().image_size());
}

}  // namespace

kernels::Prefetch FusedChain::needed_forward(std::size_t stage, const WorkRange& images) const {
    kernels::Prefetch prefetch;
    add(m_stages[stage].z, images, prefetch);
    add(stage > 0 ? m_stages[stage - 1].z : *m_input, images, prefetch);
    return prefetch;
}

kernels::Prefetch FusedChain::needed_backward(std::size_t stage, const Tensor<float>& gradient, const Tensor<float>* dx,
                                              const WorkRange& images) const {
    kernels::Prefetch prefetch;
    if (dx) add(*dx, images, prefetch);
    add(stage > 0 ? m_stages[stage - 1].z : *m_input, images, prefetch);
    add(gradient, images, prefetch);
    add(m_stages[stage].z, images, prefetch);
    return prefetch;
}

void FusedChain::run_forward_stage(std::size_t index, const Pass& pass) {
    Stage& stage = m_stages[index];
    const ConvAlgorithm& algorithm = *stage.algorithm;
    const Work work = work_of(stage, pass.pool.threads());
    const std::int64_t pixels = stage.z_shape.h * stage.z_shape.w;
    NormStage* norm = stage.norm();
    if (norm) norm->begin_forward(stage.z_shape, pass);
    algorithm.pack_forward(stage.weight->value.data(), stage.bias ? stage.bias->value.data() : nullptr, work.packed);
    pass.pool.run(work_groups, [&](std::int64_t group, int thread) {
        const auto [begin, end] = work_range(m_input_shape.n, group);
        for (std::int64_t n = begin; n < end; n += algorithm.images_per_block()) {
            const std::int64_t images = std::min(algorithm.images_per_block(), end - n);
            const float* inputs = lay_out_inputs(index, n, images, work.inputs.of(thread));
            kernels::Prefetch prefetch = needed_forward(index, next_images(n, images, end, m_input_shape.n, pass));
            algorithm.forward(work.packed, inputs, images, stage.z.image(n), work.intermediate.of(thread), &prefetch);
            if (!norm || !norm->measures()) continue;
            for (std::int64_t i = n; i < n + images; ++i) norm->channels().add_moments(group, stage.z.image(i), pixels);
        }
    });
    if (norm) norm->finish_forward();
}

const Tensor<float>& FusedChain::forward_to_last_norm(const Tensor<float>& x, const Pass& pass) {
    prepare(x.shape(), pass);
    m_input = &x;
    for (std::size_t i = 0; i < m_stages.size(); ++i) run_forward_stage(i, pass);
    return m_stages.back().z;
}

const Tensor<float>& FusedChain::forward(const Tensor<float>& x, const Pass& pass) {
    forward_to_last_norm(x, pass);
    const Stage& last = m_stages.back();
    const BlockEnd end = last.end();
    if (!end.is_empty()) {
        m_output.resize(last.output_shape);
        pass.pool.run(work_groups, [&](std::int64_t group) {
            const auto [first, behind] = work_range(x.shape().n, group);
            for (std::int64_t n = first; n < behind; ++n) {
                end.forward(last.z.image(n), m_output.image(n), last.output_row());
            }
        });
    }
    if (pass.observer) show_forward(pass);
    return end.is_empty() ? last.z : m_output;
}

void FusedChain::run_backward_stage(std::size_t index, const Tensor<float>& gradient, Tensor<float>* dx,
                                    bool accumulate, const Pass& pass) {
    Stage& stage = m_stages[index];
    Stage* before = index > 0 ? &m_stages[index - 1] : nullptr;
    const ConvAlgorithm& algorithm = *stage.algorithm;
    const Work work = work_of(stage, pass.pool.threads());
    if (dx) algorithm.pack_backward(stage.weight->value.data(), work.packed);
    if (before && before->norm()) before->norm()->begin_backward();
    pass.pool.run(work_groups, [&](std::int64_t group, int thread) {
        const auto [begin, end] = work_range(m_input_shape.n, group);
        float* partial = work.partials + group * stage.partials_size();
        std::fill_n(partial + stage.bias_offset(), stage.z_shape.c, 0.0F);
        float* sums = algorithm.sums_are_gradients() ? partial : work.sums.of(thread);
        float* gradients = work.gradients.of(thread);
        for (std::int64_t n = begin; n < end; n += algorithm.images_per_block()) {
            const std::int64_t images = std::min(algorithm.images_per_block(), end - n);
            const float* inputs = lay_out_inputs(index, n, images, work.inputs.of(thread));
            for (std::int64_t i = 0; i < images; ++i) {
                float* canvas = gradients + i * algorithm.gradient_canvas().size();
                lay_out_gradient(stage, gradient, n + i, canvas);
                if (stage.bias && !stage.norm()) {
                    const Canvas& layout = algorithm.gradient_canvas();  // the border adds zeros
                    kernels::add_pixels(canvas, layout.rows * layout.columns, layout.channels,
                                        partial + stage.bias_offset());
                }
            }
            kernels::Prefetch prefetch =
                needed_backward(index, gradient, dx, next_images(n, images, end, m_input_shape.n, pass));
            algorithm.weight_gradient(inputs, gradients, images, n > begin, sums, work.intermediate.of(thread),
                                      &prefetch);
            if (!dx) continue;
            algorithm.input_gradient(work.packed, gradients, images, accumulate, dx->image(n),
                                     work.intermediate.of(thread), &prefetch);
            if (!before) continue;
            for (std::int64_t i = n; i < n + images; ++i) {
                before->end().add_norm_gradients(before->z.image(i), dx->image(i), group);
            }
        }
        if (begin == end) {
            std::fill_n(partial, algorithm.shape().weight_count(), 0.0F);
        } else if (!algorithm.sums_are_gradients()) {
            algorithm.finish_weight_gradient(sums, partial);
        }
    });
    merge_gradients(stage, work, pass);
    if (before && before->norm()) before->norm()->finish_backward();
}

void FusedChain::merge_gradients(const Stage& stage, const Work& work, const Pass& pass) {
    pass.pool.run(work_groups, [&](std::int64_t share) {
        const auto [begin, end] = work_range(static_cast<std::int64_t>(stage.weight->gradient.size()), share);
        kernels::sum_partials(work.partials + begin, work_groups, stage.partials_size(), end - begin,
                              stage.weight->gradient.data() + begin);
    });
    if (!stage.bias) return;
    if (stage.norm()) {
        stage.norm()->write_gradient_of_bias_before(stage.bias->gradient);
    } else {
        kernels::sum_partials(work.partials + stage.bias_offset(), work_groups, stage.partials_size(), stage.z_shape.c,
                              stage.bias->gradient.data());
    }
}

const Tensor<float>& FusedChain::backward(const Tensor<float>& gradient, const Pass& pass, bool input_gradient) {
    m_input_gradient.resize(input_gradient ? m_input_shape : Shape{});
    run_backward(gradient, input_gradient ? &m_input_gradient : nullptr, false, pass);
    return m_input_gradient;
}

void FusedChain::backward_into(const Tensor<float>& gradient, const Pass& pass, Tensor<float>& dx, bool accumulate) {
    run_backward(gradient, &dx, accumulate, pass);
}

void FusedChain::run_backward(const Tensor<float>& gradient, Tensor<float>* dx, bool accumulate, const Pass& pass) {
    const Stage& last = m_stages.back();
    if (last.norm()) {
        last.norm()->begin_backward();
        pass.pool.run(work_groups, [&](std::int64_t group) {
            const auto [begin, end] = work_range(m_input_shape.n, group);
            for (std::int64_t n = begin; n < end; ++n) {
                last.end().add_norm_gradients(last.z.image(n), gradient.image(n), group);
            }
        });
    }
    backward_from_last_norm(gradient, pass, dx, accumulate);
}

Tensor<float>& FusedChain::gradient_memory(std::size_t index) {
    Stage& stage = m_stages[index];
    return stage.z_shape == m_stages[index - 1].output_shape ? stage.z : m_gradients[index % 2];
}

void FusedChain::backward_from_last_norm(const Tensor<float>& gradient, const Pass& pass, Tensor<float>* dx,
                                         bool accumulate) {
    if (last_norm()) last_norm()->finish_backward();
    if (dx && !accumulate) dx->resize(m_input_shape);
    const Tensor<float>* behind = &gradient;
    for (std::size_t i = m_stages.size(); i-- > 0;) {
        if (pass.observer) show_backward(m_stages[i], *behind, pass);
        if (i == 0) {
            run_backward_stage(0, *behind, dx, accumulate, pass);
            break;
        }
        Tensor<float>& before = gradient_memory(i);
        before.resize(m_stages[i - 1].output_shape);
        run_backward_stage(i, *behind, &before, false, pass);
        behind = &before;
    }
}

}  // namespace normscope::nn
