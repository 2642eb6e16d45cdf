#include "core/instruments/Score.h"

#include "core/nn/CrossEntropy.h"

#include <algorithm>
#include <cmath>

namespace normscope::instruments {

std::vector<std::int64_t> predictions_of(const Tensor<float>& logits) {
    const auto classes = logits.shape().c;
    std::vector<std::int64_t> predictions;
    for (std::int64_t n = 0; n < logits.shape().n; ++n) {
        const float* z = logits.image(n);
        const float* largest = std::max_element(z, z + classes);
        predictions.push_back(std::isfinite(*largest) ? largest - z : -1);
    }
    return predictions;
}

void ScoreSum::add(const Tensor<float>& logits, std::span<const std::int64_t> labels) {
    const nn::Classification found = nn::cross_entropy<float>(logits, labels, nullptr);
    m_images += logits.shape().n;
    m_correct += found.correct;
    m_loss += found.loss * static_cast<double>(logits.shape().n);
}

Score ScoreSum::mean() const {
    if (m_images == 0) return {};
    const auto images = static_cast<double>(m_images);
    return {m_loss / images, static_cast<double>(m_correct) / images};
}

}  // namespace normscope::instruments
