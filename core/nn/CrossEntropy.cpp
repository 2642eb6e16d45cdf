#include "core/nn/CrossEntropy.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace normscope::nn {

template <class S>
Classification cross_entropy(const Tensor<S>& logits, std::span<const std::int64_t> labels, Tensor<S>* gradient) {
    const auto batch = logits.shape().n, classes = logits.shape().c;
    if (static_cast<std::int64_t>(labels.size()) != batch) {
        throw std::invalid_argument("cross entropy: " + std::to_string(labels.size()) + " labels for " +
                                    std::to_string(batch) + " images");
    }
    if (gradient) gradient->resize(logits.shape());
    Classification result;
    for (std::int64_t n = 0; n < batch; ++n) {
        const S* z = logits.image(n);
        const auto label = labels[n];
        const S* largest = std::max_element(z, z + classes);
        double sum = 0;
        for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(z[k]) - *largest);
        result.loss += std::log(sum) + *largest - z[label];
        if (largest - z == label && std::isfinite(*largest)) ++result.correct;
        if (!gradient) continue;
        for (std::int64_t k = 0; k < classes; ++k) {
            const double softmax = std::exp(static_cast<double>(z[k]) - *largest) / sum;
            gradient->image(n)[k] = static_cast<S>((softmax - (k == label ? 1.0 : 0.0)) / static_cast<double>(batch));
        }
    }
    if (batch > 0) result.loss /= static_cast<double>(batch);
    return result;
}

template Classification cross_entropy(const Tensor<float>&, std::span<const std::int64_t>, Tensor<float>*);
template Classification cross_entropy(const Tensor<double>&, std::span<const std::int64_t>, Tensor<double>*);

}  // namespace normscope::nn
