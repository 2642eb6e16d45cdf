// Layer normalization (Ba, Kiros and Hinton 2016), as torch.nn.LayerNorm.
#pragma once

#include "core/nn/ImageNorm.h"

namespace normscope::nn {

/// Over all H·W·C values of each image, with γ and β for each of them: torch.nn.LayerNorm((C, H, W)). Vectors
/// (N, 1, 1, C) are torch.nn.LayerNorm(C). The same in train and eval mode.
template <class S>
class LayerNorm : public ImageNorm<S> {
   public:
    struct Options {
        Shape normalized_shape{0, 1, 1, 1};  ///< n is ignored
        double eps = 1e-5;
        bool affine = true;  ///< PyTorch's elementwise_affine
    };
    explicit LayerNorm(const Options& options);

    std::string kind() const override { return "LayerNorm"; }
    std::string detail() const override;
    /// Throws ShapeError for images of another shape.
    Shape output_shape(const Shape& input) const override;
    std::unique_ptr<Module<S>> clone() const override;

   private:
    Options m_options;
};

}  // namespace normscope::nn
