// Batch normalization of vectors and sequences, as torch.nn.BatchNorm1d.
#pragma once

#include "core/nn/BatchNorm2d.h"

namespace normscope::nn {

/// BatchNorm2d's arithmetic on (N, 1, 1, C), PyTorch's (N, C), and on (N, 1, L, C), PyTorch's (N, C, L).
template <class S>
class BatchNorm1d : public BatchNorm2d<S> {
   public:
    using typename BatchNorm2d<S>::Options;
    /// `sequences`: an input of length 1 is a sequence and not a vector. Only messages tell them apart.
    explicit BatchNorm1d(const Options& options, bool sequences = false)
        : BatchNorm2d<S>(options), m_sequences(sequences) {}

    std::string kind() const override { return "BatchNorm1d"; }
    /// Throws ShapeError for feature maps and another number of channels.
    Shape output_shape(const Shape& input) const override;
    std::unique_ptr<Module<S>> clone() const override;

   protected:
    std::string torch_size(const Shape& shape) const override;

   private:
    bool m_sequences;
};

}  // namespace normscope::nn
