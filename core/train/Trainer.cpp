#include "core/train/Trainer.h"

#include "core/Error.h"
#include "core/nn/CrossEntropy.h"
#include "core/optim/GradientNorm.h"
#include "core/train/OptimizerOptions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

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

/// Numbers the passes of a run: a function of the step and the place within it. Evaluations have numbers of their own.
constexpr std::uint64_t passes_a_step = 1U << 16U;
constexpr std::uint64_t first_evaluation_pass = std::uint64_t{1} << 63U;

std::uint64_t training_pass(StepIndex step, std::int64_t batch) {
    return static_cast<std::uint64_t>(step.value) * passes_a_step + static_cast<std::uint64_t>(batch);
}
std::uint64_t evaluation_pass(StepIndex step, std::int64_t batch) {
    return first_evaluation_pass | training_pass(step, batch);
}

void add(std::span<const float> from, std::span<float> to) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

/// What helps where a batch of so many images could not be normalized; may be empty.
std::string advice(const DataRecipe& recipe, std::int64_t images) {
    if (images < recipe.batch_size) {
        return " The last batch of the epoch holds " + std::to_string(images) + (images == 1 ? " image" : " images") +
               ": set data.drop_last to true to leave it out, or choose another data.batch_size.";
    }
    return images == 1 ? " Choose a data.batch_size above 1." : "";
}

}  // namespace

StepResult Trainer::step(Experiment& experiment) {
    const FlushDenormals flush;
    const Recipe& recipe = experiment.recipe();
    const std::int64_t batch_size = recipe.data.batch_size;
    BatchSampler& sampler = experiment.sampler();
    const std::int64_t epoch = sampler.epoch(batch_size);
    Sums sums{.learning_rate = experiment.learning_rate()};  // before the sampler moves on
    do {
        const auto& indices = sampler.next(batch_size);
        load_batch(*experiment.data().train, indices, recipe.data, m_pool, m_batch,
                   AugmentSource{.seed = recipe.seed, .epoch = sampler.batch_epoch()});
        try {
            add_batch(experiment, m_batch, sums);
        } catch (const InputError& error) {
            const std::string help = advice(recipe.data, static_cast<std::int64_t>(indices.size()));
            const std::string sentence = error.what();
            throw InputError(sentence + (help.empty() || sentence.ends_with('.') ? "" : ".") + help);
        }
    } while (sums.batches < recipe.optimizer.accumulation_steps && sampler.epoch(batch_size) == epoch);
    return finish_step(experiment, sums);
}

StepResult Trainer::update(Experiment& experiment, const ImageBatch& batch) {
    const FlushDenormals flush;
    Sums sums{.learning_rate = experiment.learning_rate()};
    add_batch(experiment, batch, sums);
    return finish_step(experiment, sums);
}

void Trainer::add_batch(Experiment& experiment, const ImageBatch& batch, Sums& sums) {
    nn::Network<float>& network = experiment.network();
    const std::span<float> gradients = network.parameters().gradients();
    if (sums.batches == 1) m_gradient_sum.assign(gradients.begin(), gradients.end());
    if (sums.batches > 1) add(gradients, m_gradient_sum);

    nn::Pass pass{m_pool, nn::Mode::train};
    pass.random = {experiment.recipe().seed, training_pass(experiment.step(), sums.batches)};
    const Tensor<float>& logits = network.forward(batch.images, pass);
    const nn::Classification found =
        nn::cross_entropy<float>(logits, batch.labels, &m_gradient, experiment.recipe().loss.label_smoothing);
    network.backward(m_gradient, pass);
    ++sums.batches;
    sums.images += batch.images.shape().n;
    sums.correct += found.correct;
    sums.loss += found.loss;
}

StepResult Trainer::finish_step(Experiment& experiment, const Sums& sums) {
    nn::ParameterArena<float>& parameters = experiment.network().parameters();
    const auto batches = static_cast<double>(sums.batches);
    if (sums.batches > 1) {
        add(m_gradient_sum, parameters.gradients());
        const auto share = static_cast<float>(1 / batches);
        for (float& gradient : parameters.gradients()) gradient *= share;
    }
    const OptimizerRecipe& recipe = experiment.recipe().optimizer;
    const double norm = optim::gradient_norm(parameters);
    if (recipe.clip_grad_norm) optim::clip_gradient(parameters, norm, *recipe.clip_grad_norm);
    experiment.optimizer().step(parameters, optimizer_options(recipe, sums.learning_rate));
    experiment.count_step();
    return {.loss = sums.loss / batches,
            .accuracy = static_cast<double>(sums.correct) / static_cast<double>(sums.images),
            .images = sums.images,
            .learning_rate = sums.learning_rate,
            .gradient_norm = norm};
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
    const auto keep = [](const Tensor<float>& from, std::vector<float>& to) {
        to.assign(from.values().begin(), from.values().end());
    };

    std::int64_t images_in_train_mode = 0;
    for (std::int64_t begin = 0; begin < result.images; begin += static_cast<std::int64_t>(indices.size())) {
        indices.resize(static_cast<std::size_t>(std::min(experiment.recipe().data.batch_size, result.images - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        load_batch(data, indices, experiment.recipe().data, m_pool, m_eval_batch);

        bool normalizes = true;
        nn::Pass pass{m_pool, nn::Mode::train, /*update_buffers=*/false};
        pass.random = {experiment.recipe().seed, evaluation_pass(experiment.step(), begin)};
        try {
            const Tensor<float>& train_logits = network.forward(m_eval_batch.images, pass);
            correct_train_mode += nn::cross_entropy<float>(train_logits, m_eval_batch.labels, nullptr).correct;
            images_in_train_mode += static_cast<std::int64_t>(indices.size());
            for (std::size_t i = 0; i < norms.size(); ++i) keep(norms[i].second->output(), m_train_mode_outputs[i]);
            keep(train_logits, m_train_mode_outputs.back());
        } catch (const InputError&) {
            // A few images left over may be too few for statistics of their own; only eval mode can tell their classes.
            if (static_cast<std::int64_t>(indices.size()) == experiment.recipe().data.batch_size) throw;
            normalizes = false;
        }

        const Tensor<float>& eval_logits = network.forward(m_eval_batch.images, {m_pool, nn::Mode::eval});
        const auto found = nn::cross_entropy<float>(eval_logits, m_eval_batch.labels, nullptr);
        correct += found.correct;
        result.loss += found.loss * static_cast<double>(indices.size());
        if (!normalizes) continue;
        for (std::size_t i = 0; i < norms.size(); ++i) {
            differences[i].add(m_train_mode_outputs[i], norms[i].second->output().values());
        }
        differences.back().add(m_train_mode_outputs.back(), eval_logits.values());
    }
    if (result.images == 0) return result;
    const auto images = static_cast<double>(result.images);
    result.loss /= images;
    result.accuracy = static_cast<double>(correct) / images;
    result.accuracy_train_mode =
        images_in_train_mode == 0 ? std::numeric_limits<double>::quiet_NaN()
                                  : static_cast<double>(correct_train_mode) / static_cast<double>(images_in_train_mode);
    std::ranges::transform(differences, result.mode_difference.begin(), &DifferenceSums::ratio);
    return result;
}

}  // namespace normscope
