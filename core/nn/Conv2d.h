// 2-d convolution with a square kernel, stride and zero padding.
#pragma once

#include "core/kernels/BatchConv.h"
#include "core/nn/Module.h"

namespace normscope::nn {

/// y[n,h,w,o] = b[o] + Σ x[n, s·h+i−p, s·w+j−p, c] · W[i,j,c,o], as torch.nn.Conv2d. Readable reference:
/// the patches of an image as a matrix (im2col), one matrix product an image.
template <class S>
class Conv2d : public Module<S> {
   public:
    struct Options {
        std::int64_t in_channels = 1;
        std::int64_t out_channels = 1;
        std::int64_t kernel = 3;
        std::int64_t stride = 1;
        std::int64_t padding = 1;
        bool bias = true;
    };
    explicit Conv2d(const Options& options);

    std::string kind() const override { return "Conv2d"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override;
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<Parameter<S>*> parameters() override;
    /// Kaiming-uniform with a = √5, as PyTorch: weight and bias uniform in ±1/√fan_in.
    void reset(std::uint64_t seed) override;
    std::unique_ptr<Module<S>> clone() const override;

    const Options& options() const { return m_options; }

    /// The layer's geometry for an input, as the kernels want it.
    kernels::ConvShape kernel_shape(const Shape& input) const;

   private:
    /// Passes with kernels, in float only.
    void forward_with_kernels(const Tensor<S>& x, const Pass& pass);
    void backward_with_kernels(const Tensor<S>& gradient, const Pass& pass, bool input_gradient);
    std::int64_t patch_size() const { return m_options.kernel * m_options.kernel * m_options.in_channels; }
    /// The part of a patch's row, beginning at column w of the image, that lies inside the image.
    WorkRange visible_columns(std::int64_t w, std::int64_t image_width) const;
    /// Patches of image n, one row an output pixel: (H·W, kernel·kernel·C).
    void gather_patches(const Tensor<S>& x, std::int64_t n, MatrixMap<S> patches) const;
    /// Adds the gradient of every patch to the pixels of image n it was taken from.
    void scatter_patches(ConstMatrixMap<S> patches, Tensor<S>& gradient, std::int64_t n) const;

    Options m_options;
    Parameter<S> m_weight;
    Parameter<S> m_bias;
    const Tensor<S>* m_input = nullptr;
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
    std::vector<AlignedVector<S>> m_scratch;           ///< patches, by work group
    std::vector<AlignedVector<S>> m_weight_gradients;  ///< partial sums, by work group

    std::unique_ptr<kernels::BatchConv> m_kernels;  ///< for the shape of the last pass
    kernels::ConvMethod m_method = kernels::ConvMethod::direct;
    AlignedVector<S> m_kernel_scratch;
    bool m_used_kernels = false;
};

/// How a convolution is computed under a setting: Winograd's algorithm only where it pays.
kernels::ConvMethod conv_method(const kernels::ConvShape& shape, Kernels setting);

}  // namespace normscope::nn
