#include "core/nn/CrossEntropy.h"

#include "core/Error.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace normscope::nn {
namespace {

void check(const Shape& logits, std::span<const std::int64_t> labels, double label_smoothing) {
    if (static_cast<std::int64_t>(labels.size()) != logits.n) {
        throw std::invalid_argument("cross entropy: " + std::to_string(labels.size()) + " labels for " +
                                    std::to_string(logits.n) + " images");
    }
    const auto wrong = std::ranges::find_if(labels, [&](auto label) { return label < 0 || label >= logits.c; });
    if (wrong != labels.end()) {
        throw InputError("Target " + std::to_string(*wrong) + " is out of bounds: image " +
                         std::to_string(wrong - labels.begin()) + " of the batch has this label, and there are " +
                         std::to_string(logits.c) + " classes.");
    }
    if (!(label_smoothing >= 0 && label_smoothing <= 1)) {
        throw InputError("label_smoothing must be between 0.0 and 1.0. Got: " + std::to_string(label_smoothing));
    }
}

}  // namespace

template <class S>
Classification cross_entropy(const Tensor<S>& logits, std::span<const std::int64_t> labels, Tensor<S>* gradient,
                             double label_smoothing) {
    check(logits.shape(), labels, label_smoothing);
    const auto batch = logits.shape().n, classes = logits.shape().c;
    const double certain = 1 - label_smoothing, spread = label_smoothing / static_cast<double>(classes);
    if (gradient) gradient->resize(logits.shape());
    Classification result;
    for (std::int64_t n = 0; n < batch; ++n) {
        const S* z = logits.image(n);
        const auto label = labels[n];
        const S* largest = std::max_element(z, z + classes);
        double sum = 0;
        for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(z[k]) - *largest);
        const double log_sum = std::log(sum) + *largest;
        result.loss += certain * (log_sum - z[label]);
        for (std::int64_t k = 0; spread > 0 && k < classes; ++k) result.loss += spread * (log_sum - z[k]);
        if (largest - z == label && std::isfinite(*largest)) ++result.correct;
        if (!gradient) continue;
        for (std::int64_t k = 0; k < classes; ++k) {
            const double softmax = std::exp(static_cast<double>(z[k]) - *largest) / sum;
            const double target = (k == label ? certain : 0.0) + spread;
            gradient->image(n)[k] = static_cast<S>((softmax - target) / static_cast<double>(batch));
        }
    }
    if (batch > 0) result.loss /= static_cast<double>(batch);
    return result;
}

template Classification cross_entropy(const Tensor<float>&, std::span<const std::int64_t>, Tensor<float>*, double);
template Classification cross_entropy(const Tensor<double>&, std::span<const std::int64_t>, Tensor<double>*, double);

}  // namespace normscope::nn
