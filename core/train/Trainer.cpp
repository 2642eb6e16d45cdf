#include "core/train/Trainer.h"

#include "core/instruments/ModeDifference.h"
#include "core/nn/CrossEntropy.h"

namespace normscope {

StepResult Trainer::step(Experiment& experiment) {
    const Recipe& recipe = experiment.recipe();
    const auto& indices = experiment.sampler().next(recipe.data.batch_size);
    load_batch(*experiment.data().train, indices, recipe.data, m_pool, m_batch);
    return update(experiment, m_batch);
}

StepResult Trainer::update(Experiment& experiment, const ImageBatch& batch) {
    const FlushDenormals flush;
    const OptimizerRecipe& optimizer = experiment.recipe().optimizer;
    const nn::Pass pass{m_pool, nn::Mode::train};
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
