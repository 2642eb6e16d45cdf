// One optimizer update, and one measurement.
#pragma once

#include "core/parallel/ThreadPool.h"
#include "core/train/BatchAhead.h"
#include "core/train/BatchLoader.h"
#include "core/train/BufferBackup.h"
#include "core/train/Divergence.h"
#include "core/train/Experiment.h"

#include <chrono>
#include <optional>
#include <vector>

namespace normscope {

/// What a training step found, before its update.
struct StepResult {
    double loss = 0;
    double accuracy = 0;  ///< on the batch, in train mode
    std::int64_t images = 0;
    double learning_rate = 0;              ///< of this step's update
    double gradient_norm = 0;              ///< length of the gradient of all parameters, before clipping
    std::optional<Divergence> divergence;  ///< a value of this step or of its update was not finite
};

/// Held-out images through both modes of one network.
struct Evaluation {
    std::int64_t images = 0;
    double loss = 0;                      ///< in eval mode
    double accuracy = 0;                  ///< in eval mode
    double accuracy_train_mode = 0;       ///< each batch normalized with its own statistics; NaN if none could be
    std::vector<double> mode_difference;  ///< ‖y_train − y_eval‖ / ‖y_train‖ by norm layer; the logits last
};

/// PassRandom::draw of the pass over batch `batch` of the step that follows `step`.
std::uint64_t training_pass(StepIndex step, std::int64_t batch);

/// Steps experiments. Has no threads but its pool and one that makes the next batch, and no state but memory to work
/// in.
class Trainer {
   public:
    /// `ahead_threshold`: see BatchAhead; changes no result.
    explicit Trainer(int threads, std::chrono::microseconds ahead_threshold = BatchAhead::default_threshold)
        : m_pool(threads), m_batches(ahead_threshold) {}

    /// Forward in train mode, cross entropy, backward, and an update by the recipe's optimizer and schedule. Several
    /// batches (optimizer.accumulation_steps) make one step by the mean of their losses, each with batch statistics of
    /// its own, as in PyTorch; the last step of an epoch takes the batches that are left. Throws InputError if a batch
    /// cannot be made or normalized; the experiment is then unchanged, its running statistics included.
    StepResult step(Experiment& experiment);
    /// A step on a given batch, without drawing one.
    StepResult update(Experiment& experiment, const ImageBatch& batch);

    /// Measures the first `most_images` held-out images in batches of the recipe's batch size (see BatchSequence),
    /// without touching running statistics. All zero if nothing is held out. A batch too small for statistics of its
    /// own counts in eval mode only.
    Evaluation evaluate(Experiment& experiment, std::int64_t most_images);

    ThreadPool& pool() { return m_pool; }

   private:
    /// What the batches of a step have found so far.
    struct Sums {
        double learning_rate = 0;
        std::int64_t batches = 0;
        std::int64_t images = 0;
        std::int64_t correct = 0;
        double loss = 0;  ///< of the batches' means
        std::optional<Divergence> divergence;
    };

    StepResult take_step(Experiment& experiment);
    /// The next batch of the experiment; begins with the one behind it.
    const ImageBatch& next_batch(Experiment& experiment);

    /// Forward and backward of the next batch of a step, whose gradient is added to those before it.
    void add_batch(Experiment& experiment, const ImageBatch& batch, Sums& sums);
    /// Leaves the mean gradient in the network and updates it.
    StepResult finish_step(Experiment& experiment, Sums& sums);

    ThreadPool m_pool;
    BatchAhead m_batches;
    BatchRequest m_request;
    std::optional<BatchSampler> m_next;  ///< goes ahead of the experiment's
    Tensor<float> m_gradient;
    BufferBackup m_buffers;               ///< of the network before the step
    AlignedVector<float> m_gradient_sum;  ///< of a step's batches so far
};

}  // namespace normscope
