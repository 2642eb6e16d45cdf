// The whole state of a training run, as a value.
#pragma once

#include "core/nn/Network.h"
#include "core/optim/Optimizer.h"
#include "core/recipe/Recipe.h"
#include "core/telemetry/Indices.h"
#include "core/train/BatchSampler.h"
#include "core/train/Dataset.h"

#include <cstdint>
#include <string_view>

namespace normscope {

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

    /// Changes a setting (HyperparameterSpec::key) for the steps to come. Throws InputError if the
    /// value is refused or the setting cannot change during a run.
    void set_hyperparameter(std::string_view key, double value);

    /// True once all planned epochs are done.
    bool finished() const;
    /// Plans as many epochs again as the recipe asked for.
    void extend() { m_planned_epochs += m_recipe.epochs; }
    std::int64_t planned_epochs() const { return m_planned_epochs; }
    /// Share of the planned images already seen, 0 … 1.
    double progress() const;

   private:
    Recipe m_recipe;
    DataSplit m_data;
    nn::Network<float> m_network;
    optim::Optimizer<float> m_optimizer;
    BatchSampler m_sampler;
    StepIndex m_step;
    std::int64_t m_planned_epochs;
};

}  // namespace normscope
