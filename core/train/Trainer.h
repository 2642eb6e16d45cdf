// One optimizer update, and one measurement.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/train/BatchLoader.h"
#include "core/train/Experiment.h"

#include <vector>

namespace normscope {

/// What a training step found, before its update.
struct StepResult {
    double loss = 0;
    double accuracy = 0;  ///< on the batch, in train mode
    std::int64_t images = 0;
};

/// Held-out images through both modes of one network.
struct Evaluation {
    std::int64_t images = 0;
    double loss = 0;                      ///< in eval mode
    double accuracy = 0;                  ///< in eval mode
    double accuracy_train_mode = 0;       ///< each batch normalized with its own statistics
    std::vector<double> mode_difference;  ///< ‖y_train − y_eval‖ / ‖y_train‖ by norm layer; the logits last
};

/// Steps experiments. Has no threads but its pool, and no state but memory to work in.
class Trainer {
   public:
    explicit Trainer(int threads) : m_pool(threads) {}

    /// Forward in train mode, cross entropy, backward, SGD. Throws InputError if the batch cannot be
    /// made or normalized; the parameters are then unchanged.
    StepResult step(Experiment& experiment);
    /// The same on a given batch, without drawing one.
    StepResult update(Experiment& experiment, const ImageBatch& batch);

    /// Measures the first `most_images` held-out images in batches of the recipe's batch size, without
    /// touching running statistics. All zero if nothing is held out.
    Evaluation evaluate(Experiment& experiment, std::int64_t most_images);

    ThreadPool& pool() { return m_pool; }

    /// What the passes compute with from now on.
    void set_kernels(nn::Kernels kernels) { m_kernels = kernels; }
    nn::Kernels kernels() const { return m_kernels; }

   private:
    ThreadPool m_pool;
    nn::Kernels m_kernels = nn::Kernels::winograd;
    ImageBatch m_batch;
    ImageBatch m_eval_batch;
    Tensor<float> m_gradient;
    std::vector<std::vector<float>> m_train_mode_outputs;  ///< by norm layer; the logits last
};

}  // namespace normscope
