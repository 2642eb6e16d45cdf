// Mean over square windows.
#pragma once

#include "core/nn/AveragePool.h"
#include "core/nn/PoolWindows.h"

namespace normscope::nn {

/// As torch.nn.AvgPool2d with its count_include_pad: the padding counts as zeros, so that every sum is divided by
/// kernel². What does not fill a window is left out.
template <class S>
class AvgPool2d : public AveragePool<S> {
   public:
    using Options = PoolOptions;
    /// Throws InputError for options PyTorch refuses.
    explicit AvgPool2d(const Options& options) : m_windows("AvgPool2d", options) {}

    std::string kind() const override { return "AvgPool2d"; }
    std::string detail() const override { return m_windows.detail(); }
    Shape output_shape(const Shape& input) const override { return m_windows.output_shape(input); }
    std::unique_ptr<Module<S>> clone() const override;

    /// With the stride filled in.
    const Options& options() const { return m_windows.options(); }

   protected:
    WorkRange window(std::int64_t i, std::int64_t count, std::int64_t size) const override;
    double divisor(std::int64_t pixels) const override;

   private:
    PoolWindows m_windows;
};

}  // namespace normscope::nn
