// Fully connected layer.
#pragma once

#include "core/nn/Module.h"

namespace normscope::nn {

/// y = x·Wᵀ + b on (N, 1, 1, in_features), as torch.nn.Linear.
template <class S>
class Linear : public Module<S> {
   public:
    struct Options {
        std::int64_t in_features = 1;
        std::int64_t out_features = 1;
        /// Shape of the feature maps that a Flatten before this layer made the vectors of; n = 0: none.
        Shape flattened;
        bool bias = true;
    };
    explicit Linear(const Options& options);

    std::string kind() const override { return "Linear"; }
    std::string detail() const override;
    Shape output_shape(const Shape& input) const override;
    const Tensor<S>& forward(const Tensor<S>& x, const Pass& pass) override;
    const Tensor<S>& backward(const Tensor<S>& gradient, const Pass& pass, bool input_gradient) override;
    std::vector<Parameter<S>*> parameters() override;
    /// As PyTorch: weight and bias uniform in ±1/√in_features.
    void reset(std::uint64_t seed) override;
    std::unique_ptr<Module<S>> clone() const override { return std::make_unique<Linear>(m_options); }

    const Options& options() const { return m_options; }

   private:
    ConstMatrixMap<S> weight() const { return {m_weight.value.data(), m_options.out_features, m_options.in_features}; }

    Options m_options;
    Parameter<S> m_weight;
    Parameter<S> m_bias;
    const Tensor<S>* m_input = nullptr;
    Tensor<S> m_output;
    Tensor<S> m_input_gradient;
};

}  // namespace normscope::nn
