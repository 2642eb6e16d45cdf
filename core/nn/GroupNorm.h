// Group normalization (Wu and He 2018), as torch.nn.GroupNorm.
#pragma once

#include "core/nn/ImageNorm.h"

namespace normscope::nn {

/// Over the H·W·C/groups values of each image and group of neighbouring channels, with γ and β by channel. The same
/// in train and eval mode. One group normalizes each image as a whole, whatever its size.
template <class S>
class GroupNorm : public ImageNorm<S> {
   public:
    struct Options {
        std::int64_t channels = 1;
        std::int64_t groups = 1;
        double eps = 1e-5;
        bool affine = true;
    };
    /// Throws InputError unless `groups` divides `channels`.
    explicit GroupNorm(const Options& options);

    std::string kind() const override { return "GroupNorm"; }
    std::string detail() const override;
    /// Throws ShapeError for another number of channels.
    Shape output_shape(const Shape& input) const override;
    std::unique_ptr<Module<S>> clone() const override;

    std::int64_t groups() const { return m_options.groups; }

   protected:
    /// A single value in the whole batch is refused in both modes, as PyTorch does.
    void check_batch(const Shape& shape, Mode mode) const override;

   private:
    Options m_options;
};

}  // namespace normscope::nn
