// How well a network answers, batch by batch.
#pragma once

#include "core/tensor/Tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace normscope::instruments {

struct Score {
    double loss = 0;  ///< cross entropy, mean over the images
    double accuracy = 0;
};

/// The position of the largest logit of each image, the first of equal ones; −1 if that logit is not finite.
std::vector<std::int64_t> predictions_of(const Tensor<float>& logits);

/// Adds up batches.
class ScoreSum {
   public:
    /// `logits` is (N, 1, 1, classes).
    void add(const Tensor<float>& logits, std::span<const std::int64_t> labels);
    /// Zero without images.
    Score mean() const;

   private:
    std::int64_t m_images = 0;
    std::int64_t m_correct = 0;
    double m_loss = 0;
};

}  // namespace normscope::instruments
