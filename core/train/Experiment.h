// The whole state of a training run, as a value.
#pragma once

#include "core/nn/Network.h"
#include "core/optim/Optimizer.h"
#include "core/recipe/Recipe.h"
#include "core/telemetry/Indices.h"
#include "core/train/BatchSampler.h"
#include "core/train/Dataset.h"
#include "core/train/NormEdit.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// A setting that got another value during a run.
struct SettingChange {
    StepIndex step;   ///< the last step done with the old value
    std::string key;  ///< HyperparameterSpec::key, planned_epochs_key, or a NormKey's text ("bn1.running_mean[3]")
    double value;     ///< NaN: unset, as in HyperparameterSpec; the number itself for a NormKey
};

/// SettingChange::key of Experiment::extend().
inline constexpr std::string_view planned_epochs_key = "planned_epochs";

/// How far a run has come.
struct RunPosition {
    StepIndex step;
    SamplerState sampler;
    std::int64_t planned_epochs = 1;
    std::vector<SettingChange> changes;  ///< in the order in which they were made
};

/// Recipe, model, optimizer, data position and step. Copying it forks the run: both copies go on to
/// the same bits. The data set is shared, since nobody changes it.
class Experiment {
   public:
    /// At step 0, with initial weights from the recipe's seed. Throws InputError if recipe and data do
    /// not fit together.
    Experiment(Recipe recipe, DataSplit data);

    const Recipe& recipe() const { return m_recipe; }
    const DataSplit& data() const { return m_data; }
    nn::Network<float>& network() { return m_network; }
    const nn::Network<float>& network() const { return m_network; }
    optim::Optimizer<float>& optimizer() { return m_optimizer; }
    const optim::Optimizer<float>& optimizer() const { return m_optimizer; }
    BatchSampler& sampler() { return m_sampler; }
    const BatchSampler& sampler() const { return m_sampler; }
    StepIndex step() const { return m_step; }
    void count_step() { ++m_step.value; }

    /// The learning rate in force for the next step: recipe().optimizer.lr as the schedule changes it. Steps are
    /// counted by the data, not by step(): a change of the batch size moves nothing but the number of steps ahead.
    /// After the last planned step it is that of the end of the plan. The rate of the step just done is
    /// StepResult::learning_rate.
    double learning_rate() const;

    /// Changes a setting (HyperparameterSpec::key) for the steps to come. Throws InputError if the
    /// value is refused, does not go with the others, or the setting cannot change during a run.
    void set_hyperparameter(std::string_view key, double value);
    /// Every change so far: the initial experiment, its steps and these give this experiment again, bit for bit.
    const std::vector<SettingChange>& changes() const { return m_changes; }
    /// Makes a logged change again. Throws InputError as set_hyperparameter() does.
    void apply(const SettingChange& change);
    /// Sets values of norm layers by hand, each a change of its own. Throws InputError as set_norm_value() does;
    /// nothing has changed then.
    void edit(const NormValues& values);

    RunPosition position() const { return {m_step, m_sampler.state(), m_planned_epochs, m_changes}; }
    /// Goes on from a position, which belongs to the recipe in force there. Throws InputError if there is none such.
    void set_position(RunPosition position);

    /// True once all planned epochs are done.
    bool finished() const;
    /// Plans as many epochs again as the recipe asked for.
    void extend();
    std::int64_t planned_epochs() const { return m_planned_epochs; }
    /// Optimizer steps of one epoch: batches by optimizer.accumulation_steps, the last one as full as it gets.
    std::int64_t steps_per_epoch() const;
    /// Share of the planned images already seen, 0 … 1.
    double progress() const;

    /// Bytes that a copy of this experiment takes; the data set and the order of an epoch are shared.
    std::size_t memory_bytes() const;

   private:
    Recipe m_recipe;
    DataSplit m_data;
    nn::Network<float> m_network;
    optim::Optimizer<float> m_optimizer;
    BatchSampler m_sampler;
    StepIndex m_step;
    std::int64_t m_planned_epochs;
    std::vector<SettingChange> m_changes;
};

}  // namespace normscope
