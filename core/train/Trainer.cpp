#include "core/train/Trainer.h"

#include "core/nn/CrossEntropy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace normscope {
namespace {

/// Sums for ‖a − b‖ / ‖a‖ over several batches.
struct DifferenceSums {
    double difference = 0;
    double reference = 0;

    void add(std::span<const float> a, std::span<const float> b) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double d = static_cast<double>(a[i]) - b[i];
            difference += d * d;
            reference += static_cast<double>(a[i]) * a[i];
        }
    }
    double ratio() const { return reference > 0 ? std::sqrt(difference / reference) : std::sqrt(difference); }
};

}  // namespace

StepResult Trainer::step(Experiment& experiment) {
    const Recipe& recipe = experiment.recipe();
    const auto& indices = experiment.sampler().next(recipe.data.batch_size);
    load_batch(*experiment.data().train, indices, recipe.data, m_pool, m_batch);
    return update(experiment, m_batch);
}

StepResult Trainer::update(Experiment& experiment, const ImageBatch& batch) {
    const FlushDenormals flush;
    const OptimizerRecipe& optimizer = experiment.recipe().optimizer;
    const nn::Pass pass{.pool = m_pool, .mode = nn::Mode::train, .kernels = m_kernels};
    nn::Network<float>& network = experiment.network();
    const Tensor<float>& logits = network.forward(batch.images, pass);
    const nn::Classification found = nn::cross_entropy<float>(logits, batch.labels, &m_gradient);
    network.backward(m_gradient, pass);
    experiment.optimizer().step(
        network.parameters(),
        {.lr = optimizer.lr, .momentum = optimizer.momentum, .weight_decay = optimizer.weight_decay});
    experiment.count_step();

    const auto images = batch.images.shape().n;
    return {found.loss, static_cast<double>(found.correct) / static_cast<double>(images), images};
}

Evaluation Trainer::evaluate(Experiment& experiment, std::int64_t most_images) {
    const FlushDenormals flush;
    Evaluation result;
    const auto& norms = experiment.network().norm_layers();
    result.mode_difference.assign(norms.size() + 1, 0.0);
    if (!experiment.data().eval) return result;

    const Dataset& data = *experiment.data().eval;
    nn::Network<float>& network = experiment.network();
    result.images = std::min(most_images, data.size());
    std::vector<DifferenceSums> differences(norms.size() + 1);
    m_train_mode_outputs.resize(norms.size() + 1);
    std::vector<std::int64_t> indices;
    std::int64_t correct = 0, correct_train_mode = 0;
    const auto measuring = [this](nn::Mode mode) {
        return nn::Pass{
            .pool = m_pool, .mode = mode, .update_buffers = false, .kernels = m_kernels, .keep_norm_outputs = true};
    };
    const auto keep = [](const Tensor<float>& from, std::vector<float>& to) {
        to.assign(from.values().begin(), from.values().end());
    };

    for (std::int64_t begin = 0; begin < result.images; begin += static_cast<std::int64_t>(indices.size())) {
        indices.resize(static_cast<std::size_t>(std::min(experiment.recipe().data.batch_size, result.images - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        load_batch(data, indices, experiment.recipe().data, m_pool, m_eval_batch);

        const Tensor<float>& train_logits = network.forward(m_eval_batch.images, measuring(nn::Mode::train));
        correct_train_mode += nn::cross_entropy<float>(train_logits, m_eval_batch.labels, nullptr).correct;
        for (std::size_t i = 0; i < norms.size(); ++i) keep(norms[i].second->output(), m_train_mode_outputs[i]);
        keep(train_logits, m_train_mode_outputs.back());

        const Tensor<float>& eval_logits = network.forward(m_eval_batch.images, measuring(nn::Mode::eval));
        const auto found = nn::cross_entropy<float>(eval_logits, m_eval_batch.labels, nullptr);
        correct += found.correct;
        result.loss += found.loss * static_cast<double>(indices.size());
        for (std::size_t i = 0; i < norms.size(); ++i) {
            differences[i].add(m_train_mode_outputs[i], norms[i].second->output().values());
        }
        differences.back().add(m_train_mode_outputs.back(), eval_logits.values());
    }
    if (result.images == 0) return result;
    const auto images = static_cast<double>(result.images);
    result.loss /= images;
    result.accuracy = static_cast<double>(correct) / images;
    result.accuracy_train_mode = static_cast<double>(correct_train_mode) / images;
    std::ranges::transform(differences, result.mode_difference.begin(), &DifferenceSums::ratio);
    return result;
}

}  // namespace normscope
