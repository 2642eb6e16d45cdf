// Maximum over square windows.
#pragma once

#include "core/nn/PoolWindows.h"

#include <vector>

namespace normscope::nn {

/// y = max over the window, as torch.nn.MaxPool2d: the padding counts as −∞, what does not fill a window is left out.
/// Of equal values the first in row order gets the gradient; NaN wins.
template <class S>
class MaxPool2d : public Module<S> {
   public:
    using Options = PoolOptions;
    /// Throws InputError for options PyTorch refuses.
    explicit MaxPool2d(const Options& options) : m_windows("MaxPool2d", options) {}
    /// kernel × kernel windows side by side.
    explicit MaxPool2d(std::int64_t kernel) : MaxPool2d(Options{.kernel = kernel}) {}

    std::string kind() const override { return "MaxPool2d"; }
    std::string detail() const override { return m_windows.detail(); }
    Shape output_shape(const Shape& input) const override { return m_windows.output_shape(input); }
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<MaxPool2d>(m_windows.options()); }

    /// With the stride filled in.
    const Options& options() const { return m_windows.options(); }
    /// 2×2 windows side by side, which there are kernels for.
    bool is_two_by_two() const { return options().kernel == 2 && options().stride == 2 && options().padding == 0; }

   private:
    void pool_row(const Tensor<S>& x, std::int64_t n, std::int64_t h);
    /// Passes with kernels, in float only.
    void forward_with_kernels(const Tensor<S>& x, ThreadPool& pool);
    void backward_with_kernels(const Tensor<S>& gradient, ThreadPool& pool);

    PoolWindows m_windows;
    Shape m_input_shape;
    Tensor<S> m_output;
    std::vector<std::int32_t> m_winner;  ///< offset of each output's maximum within its input image
    Tensor<S> m_input_gradient;
    const Tensor<S>* m_input = nullptr;  ///< of a pass with kernels, which search the winners again
};

}  // namespace normscope::nn
