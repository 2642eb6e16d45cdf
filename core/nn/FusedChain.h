// Blocks of convolution, batch norm, ReLU and max-pool as one computation.
#pragma once

#include "core/kernels/ConvAlgorithm.h"
#include "core/kernels/Scratch.h"
#include "core/nn/BlockEnd.h"
#include "core/nn/Conv2d.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/ReLU.h"

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace normscope::nn {

/// The layers of a block in order; what it does not have is null.
struct FusedBlock {
    Conv2d<float>* conv = nullptr;
    BatchNorm2d<float>* norm = nullptr;
    ReLU<float>* relu = nullptr;
    MaxPool2d<float>* pool = nullptr;  ///< 2×2
};

/// A chain of blocks conv (→ norm) (→ ReLU) (→ 2×2 max-pool). Computes what the layers compute one by one,
/// but keeps only the convolutions' outputs z: norm, ReLU and pool are applied to an image while it is
/// laid out for the next convolution, forward and again backward; statistics and the norm's gradient
/// sums are taken while an image is still in the cache. A gradient lives from one block to the next.
///
/// Outputs and gradients of the layers inside are made for an observer only; they change no result.
/// The memory is allocated by the first pass of a shape.
class FusedChain {
   public:
    explicit FusedChain(const std::vector<FusedBlock>& blocks);

    /// Whether it can make this pass: not with the reference, ghost batches or an empty batch.
    bool can_run(const Shape& x, const Pass& pass) const;

    /// As Module::forward() and Module::backward(). The chain owns what it returns.
    const Tensor<float>& forward(const Tensor<float>& x, const Pass& pass);
    const Tensor<float>& backward(const Tensor<float>& gradient, const Pass& pass, bool input_gradient);
    /// Writes ∂L/∂x to `dx` or adds it to what is there; that may be `gradient` itself.
    void backward_into(const Tensor<float>& gradient, const Pass& pass, Tensor<float>& dx, bool accumulate);

    /// For a residual block, which applies the last norm itself and sums the gradients for it: the chain ends with a
    /// norm or a convolution.
    bool ends_with_sum() const { return !m_stages.back().block.relu && !m_stages.back().block.pool; }
    /// Output of the last convolution.
    const Tensor<float>& forward_to_last_norm(const Tensor<float>& x, const Pass& pass);
    const Tensor<float>& last_z() const { return m_stages.back().z; }
    /// Null without a norm at the end.
    NormStage* last_norm() const { return m_stages.back().norm(); }
    /// As backward_into(), after last_norm()'s begin_backward() and the sums. `dx` may be null.
    void backward_from_last_norm(const Tensor<float>& gradient, const Pass& pass, Tensor<float>* dx, bool accumulate);

   private:
    struct Stage {
        FusedBlock block;
        Parameter<float>* weight = nullptr;
        Parameter<float>* bias = nullptr;  ///< null without
        std::unique_ptr<kernels::ConvAlgorithm> algorithm;
        Shape z_shape;
        Shape output_shape;
        Tensor<float> z;  ///< the convolution's output
        // For observers.
        Tensor<float> relu_output;
        Tensor<float> pool_output;

        NormStage* norm() const { return block.norm ? &block.norm->stage() : nullptr; }
        BlockEnd end() const { return {z_shape, norm(), block.relu != nullptr, block.pool != nullptr}; }
        std::int64_t output_row() const { return output_shape.w * output_shape.c; }
        /// Where a group's partial sum of the bias's gradient begins, behind the weight's.
        std::int64_t bias_offset() const { return kernels::Scratch::rounded(algorithm->shape().weight_count()); }
        /// Floats of a group's partial sums.
        std::int64_t partials_size() const { return bias_offset() + kernels::Scratch::rounded(z_shape.c); }
    };
    /// Memory of one pass of a stage, out of the chain's scratch.
    struct Work {
        float* packed;
        kernels::ThreadMemory inputs;
        kernels::ThreadMemory gradients;
        kernels::ThreadMemory intermediate;
        kernels::ThreadMemory sums;  ///< of a group's weight gradients, in the algorithm's form
        float* partials;             ///< of weight and bias gradients, by work group
    };

    void prepare(const Shape& x, const Pass& pass);
    static std::size_t scratch_size(const Stage& stage, int threads);
    Work work_of(const Stage& stage, int threads);

    /// Lays images of a stage's input out on canvases; or returns the images if they need none.
    const float* lay_out_inputs(std::size_t stage, std::int64_t first, std::int64_t images, float* canvases) const;
    void lay_out_input(std::size_t stage, std::int64_t n, float* canvas) const;
    /// The same for ∂L/∂z, from the gradient behind the block.
    static void lay_out_gradient(const Stage& stage, const Tensor<float>& gradient, std::int64_t n, float* canvas);

    /// What these images will need; `dx` may be null.
    kernels::Prefetch needed_forward(std::size_t stage, const WorkRange& images) const;
    kernels::Prefetch needed_backward(std::size_t stage, const Tensor<float>& gradient, const Tensor<float>* dx,
                                      const WorkRange& images) const;
    void run_forward_stage(std::size_t index, const Pass& pass);
    /// Where a stage puts the gradient of its input: if it fits, in the place of z, image by image when z has been
    /// used, so that it takes no other memory's place in the cache.
    Tensor<float>& gradient_memory(std::size_t index);
    void run_backward(const Tensor<float>& gradient, Tensor<float>* dx, bool accumulate, const Pass& pass);
    void run_backward_stage(std::size_t index, const Tensor<float>& gradient, Tensor<float>* dx, bool accumulate,
                            const Pass& pass);
    /// The parameters' gradients from the groups' sums.
    static void merge_gradients(const Stage& stage, const Work& work, const Pass& pass);
    /// What the layers would have given out, for the observer.
    void show_forward(const Pass& pass);
    void show_backward(Stage& stage, const Tensor<float>& gradient, const Pass& pass);

    std::vector<Stage> m_stages;
    Shape m_input_shape;
    Kernels m_kernels = Kernels::reference;
    const Tensor<float>* m_input = nullptr;
    AlignedVector<float> m_scratch;
    Tensor<float> m_output;
    std::array<Tensor<float>, 2> m_gradients;  ///< behind blocks, by turns
    Tensor<float> m_input_gradient;
    std::array<Tensor<float>, 2> m_shown_gradients;
};

}  // namespace normscope::nn
