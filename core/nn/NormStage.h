// A batch norm layer's part in a pass that is made with kernels.
#pragma once

#include "core/kernels/BatchNorm.h"
#include "core/nn/BatchNorm2d.h"

namespace normscope::nn {

/// What happens to a BatchNorm2d between the passes over pixels, whoever makes these: the layer itself
/// or a FusedChain. Statistics of whole batches; no ghost batches.
class NormStage {
   public:
    explicit NormStage(BatchNorm2d<float>& layer);

    /// Decides whose statistics are taken. Throws as BatchNorm2d::forward() does; nothing has changed then.
    void begin_forward(const Shape& x, const Pass& pass);
    /// Whether all pixels must go through channels().add_moments() before finish_forward().
    bool measures() const { return m_measures; }
    /// Sets channels().coefficients(), and updates the running statistics.
    void finish_forward();

    void begin_backward() { m_channels.clear_gradients(); }
    /// After the sums over all pixels: writes the parameters' gradients and sets the means that dx takes.
    void finish_backward();
    /// ∂L/∂bias of a convolution in front of the layer: 0 where the statistics are the batch's, else γ·is·dβ.
    void write_gradient_of_bias_before(std::span<float> gradient) const;

    kernels::NormChannels& channels() { return m_channels; }
    /// Where the layer's output is put for an observer.
    Tensor<float>& kept_output();

    /// Whole passes of the layer.
    void forward(const Tensor<float>& x, const Pass& pass, Tensor<float>& y);
    /// `dx` may be null.
    void backward(const Tensor<float>& x, const Tensor<float>& gradient, const Pass& pass, Tensor<float>* dx);

   private:
    BatchNorm2d<float>& m_layer;
    kernels::NormChannels m_channels;
    std::int64_t m_pixels = 0;
    bool m_measures = false;
    bool m_updates = false;
    std::vector<double> m_mean, m_var;  ///< the running ones
    std::vector<double> m_weight_gradient, m_bias_gradient;
};

}  // namespace normscope::nn
