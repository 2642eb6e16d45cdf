#include "core/train/Trainer.h"

#include "core/Error.h"
#include "core/instruments/ModeDifference.h"
#include "core/nn/CrossEntropy.h"
#include "core/optim/GradientNorm.h"
#include "core/train/OptimizerOptions.h"

#include <cmath>
#include <string>
#include <utility>

namespace normscope {
namespace {

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

std::uint64_t training_pass(StepIndex step, std::int64_t batch) {
    constexpr std::uint64_t passes_a_step = 1U << 16U;
    return static_cast<std::uint64_t>(step.value) * passes_a_step + static_cast<std::uint64_t>(batch);
}

StepResult Trainer::step(Experiment& experiment) {
    const FlushDenormals flush;
    const SamplerState before = experiment.sampler().state();
    m_buffers.take(experiment.network());
    try {
        return take_step(experiment);
    } catch (...) {
        // A batch that could not be used is not skipped: replaying the run would not know of it.
        experiment.sampler().set_state(before);
        m_buffers.restore(experiment.network());
        throw;
    }
}

StepResult Trainer::take_step(Experiment& experiment) {
    const Recipe& recipe = experiment.recipe();
    const std::int64_t batch_size = recipe.data.batch_size;
    BatchSampler& sampler = experiment.sampler();
    const std::int64_t epoch = sampler.epoch(batch_size);
    Sums sums{.learning_rate = experiment.learning_rate()};  // before the sampler moves on
    do {
        const ImageBatch& batch = next_batch(experiment);
        try {
            add_batch(experiment, batch, sums);
        } catch (const InputError& error) {
            const std::string help = advice(recipe.data, batch.images.shape().n);
            const std::string sentence = error.what();
            throw InputError(sentence + (help.empty() || sentence.ends_with('.') ? "" : ".") + help);
        }
    } while (sums.batches < recipe.optimizer.accumulation_steps && sampler.epoch(batch_size) == epoch);
    return finish_step(experiment, sums);
}

const ImageBatch& Trainer::next_batch(Experiment& experiment) {
    const Recipe& recipe = experiment.recipe();
    const auto draw_from = [&](BatchSampler& sampler) {
        m_request.data = experiment.data().train;
        m_request.indices = sampler.next(recipe.data.batch_size);
        m_request.recipe = recipe.data;
        m_request.augment = {.seed = recipe.seed, .epoch = sampler.batch_epoch()};
    };
    draw_from(experiment.sampler());
    const ImageBatch& batch = m_batches.get(m_request, m_pool);
    if (m_batches.pays()) {
        m_next = experiment.sampler();
        draw_from(*m_next);
        m_batches.announce(m_request);
    }
    return batch;
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

    nn::Pass pass{.pool = m_pool, .mode = nn::Mode::train, .kernels = nn::kernels_named(experiment.recipe().kernels)};
    pass.random = {experiment.recipe().seed, training_pass(experiment.step(), sums.batches)};
    const Tensor<float>& logits = network.forward(batch.images, pass);
    const nn::Classification found =
        nn::cross_entropy<float>(logits, batch.labels, &m_gradient, experiment.recipe().loss.label_smoothing);
    network.backward(m_gradient, pass);
    if (!sums.divergence && (!std::isfinite(found.loss) || !is_finite(network))) {
        sums.divergence = find_origin(network, batch.images, m_gradient, pass);
    }
    ++sums.batches;
    sums.images += batch.images.shape().n;
    sums.correct += found.correct;
    sums.loss += found.loss;
}

StepResult Trainer::finish_step(Experiment& experiment, Sums& sums) {
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
    if (!sums.divergence) sums.divergence = find_in_update(experiment.network());
    if (sums.divergence) sums.divergence->step = experiment.step();
    return {.loss = sums.loss / batches,
            .accuracy = static_cast<double>(sums.correct) / static_cast<double>(sums.images),
            .images = sums.images,
            .learning_rate = sums.learning_rate,
            .gradient_norm = norm,
            .divergence = std::move(sums.divergence)};
}

Evaluation Trainer::evaluate(Experiment& experiment, std::int64_t most_images) {
    const auto held_out = instruments::held_out_images(experiment, most_images);
    const auto found = instruments::mode_difference(experiment.network(), held_out, m_pool);
    Evaluation result{.images = found.images,
                      .loss = found.eval.loss,
                      .accuracy = found.eval.accuracy,
                      .accuracy_train_mode = found.train.accuracy,
                      .mode_difference = {}};
    for (const auto& layer : found.layers) result.mode_difference.push_back(layer.overall);
    result.mode_difference.push_back(found.logits);
    return result;
}

}  // namespace normscope
