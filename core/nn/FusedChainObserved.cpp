// What a FusedChain shows of the layers inside it.
#include "core/kernels/Elementwise.h"
#include "core/nn/FusedChain.h"

#include <utility>

namespace normscope::nn {
namespace {

/// visit(image) for all images, on all threads.
template <class Visit>
void for_each_image(const Shape& shape, const Pass& pass, const Visit& visit) {
    pass.pool.run(work_groups, [&](std::int64_t group) {
        const auto [begin, end] = work_range(shape.n, group);
        for (std::int64_t n = begin; n < end; ++n) visit(n);
    });
}

kernels::ImageTensor images_of(const Shape& shape) {
    return {shape.n, shape.h * shape.w, shape.c};
}

}  // namespace

void FusedChain::show_forward(const Pass& pass) {
    const auto show = [&](const Module<float>& layer, const Tensor<float>& x, const Tensor<float>& y) {
        pass.observer->saw_forward(layer, x, y);
    };
    const Tensor<float>* input = m_input;
    for (Stage& stage : m_stages) {
        const Shape& shape = stage.z_shape;
        show(*stage.block.conv, *input, stage.z);

        input = &stage.z;

        if (NormStage* norm = stage.norm()) {
            Tensor<float>& norm_output = norm->kept_output();
            norm_output.resize(shape);
            kernels::normalize_batch(images_of(shape), false, norm->channels(), stage.z.data(), norm_output.data(),
                                     pass.pool);
            show(*stage.block.norm, stage.z, norm_output);
            input = &norm_output;
        }
        if (stage.block.relu) {
            stage.relu_output.resize(shape);
            for_each_image(shape, pass, [&](std::int64_t n) {
                kernels::relu(input->image(n), shape.image_size(), stage.relu_output.image(n));
            });
            show(*stage.block.relu, *input, stage.relu_output);
            input = &stage.relu_output;
        }
        if (stage.block.pool) {
            stage.pool_output.resize(stage.output_shape);
            for_each_image(shape, pass, [&](std::int64_t n) {
                kernels::max_pool({shape.h, shape.w, shape.c, false}, input->image(n), stage.pool_output.image(n),
                                  stage.output_row());
            });
            show(*stage.block.pool, *input, stage.pool_output);
            input = &stage.pool_output;
        }
    }
}

void FusedChain::show_backward(Stage& stage, const Tensor<float>& gradient, const Pass& pass) {
    const Shape& shape = stage.z_shape;
    const Tensor<float>& relu_input = stage.norm() ? stage.norm()->kept_output() : stage.z;
    const Tensor<float>& pool_input = stage.block.relu ? stage.relu_output : relu_input;
    const Tensor<float>* current = &gradient;
    Tensor<float>* next = &m_shown_gradients[0];
    Tensor<float>* other = &m_shown_gradients[1];
    const auto step = [&] {
        current = next;
        std::swap(next, other);
    };
    if (stage.block.pool) {
        pass.observer->saw_backward(*stage.block.pool, *current);
        next->resize(shape);
        for_each_image(shape, pass, [&](std::int64_t n) {
            kernels::max_pool_backward({shape.h, shape.w, shape.c, false}, pool_input.image(n), current->image(n),
                                       next->image(n), shape.w * shape.c);
        });
        step();
    }
    if (stage.block.relu) {
        pass.observer->saw_backward(*stage.block.relu, *current);
        next->resize(shape);
        for_each_image(shape, pass, [&](std::int64_t n) {
            kernels::relu_backward(stage.relu_output.image(n), current->image(n), shape.image_size(), next->image(n));
        });
        step();
    }
    if (NormStage* norm = stage.norm()) {
        pass.observer->saw_backward(*stage.block.norm, *current);
        next->resize(shape);
        kernels::normalize_batch_backward(images_of(shape), false, norm->channels(), stage.z.data(), current->data(),
                                          next->data(), pass.pool);
        step();
    }
    pass.observer->saw_backward(*stage.block.conv, *current);
}

}  // namespace normscope::nn
