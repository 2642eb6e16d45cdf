#include "core/train/Experiment.h"

#include "core/Error.h"
#include "core/nn/Models.h"
#include "core/recipe/RecipeChecks.h"
#include "core/telemetry/Hyperparameter.h"
#include "core/train/DataChecks.h"
#include "core/train/Schedule.h"

#include <algorithm>
#include <string>
#include <utility>

namespace normscope {
namespace {

nn::Network<float> checked_network(const Recipe& recipe, const DataSplit& data) {
    check_together(recipe);
    check_train_images(data, recipe);
    auto network =
        nn::make_network<float>(recipe.model, image_shape(*data.train),
                                static_cast<std::int64_t>(data.train->class_names().size()), recipe.data.batch_size);
    check_eval_images(data, network);
    return network;
}

}  // namespace

Experiment::Experiment(Recipe recipe, DataSplit data)
    : m_recipe(std::move(recipe)),
      m_data(std::move(data)),
      m_network(checked_network(m_recipe, m_data)),
      m_sampler(m_data.train->size(), m_recipe.data.shuffle, m_recipe.data.drop_last, m_recipe.seed),
      m_planned_epochs(m_recipe.epochs) {
    m_network.reset(m_recipe.seed);
}

std::int64_t Experiment::steps_per_epoch() const {
    const std::int64_t batches = m_sampler.batches_per_epoch(m_recipe.data.batch_size);
    const std::int64_t together = m_recipe.optimizer.accumulation_steps;
    return std::max<std::int64_t>(1, (batches + together - 1) / together);
}

double Experiment::learning_rate() const {
    const std::int64_t batch = m_recipe.data.batch_size;
    const std::int64_t images_a_step = batch * m_recipe.optimizer.accumulation_steps;
    SchedulePosition position;
    position.epoch = m_sampler.epoch(batch);
    position.steps_per_epoch = steps_per_epoch();
    position.planned_steps = position.steps_per_epoch * m_planned_epochs;
    position.step =
        position.epoch * position.steps_per_epoch + (m_sampler.position(batch) + images_a_step - 1) / images_a_step;
    return scheduled_learning_rate(m_recipe.schedule, m_recipe.optimizer.lr, position);
}

void Experiment::set_hyperparameter(std::string_view key, double value) {
    const auto* spec = telemetry::find_hyperparameter(key);
    if (spec && spec->policy == telemetry::ChangePolicy::restarts) {
        throw InputError(std::string(spec->name) + " cannot change during a run; restart the run to change it.");
    }
    Recipe changed = m_recipe;
    set_value(changed, key, value);
    check_together(changed);
    m_recipe = std::move(changed);
    const NormRecipe& norm = m_recipe.model.norm;
    for (const auto& [position, layer] : m_network.norm_layers()) {
        layer->set_momentum(norm.momentum);
        layer->set_eps(norm.eps);
        layer->set_ghost_batches(norm.ghost_batches);
    }
    for (const auto& [position, layer] : m_network.image_norm_layers()) layer->set_eps(norm.eps);
    m_changes.push_back({m_step, std::string(key), value});
}

void Experiment::apply(const SettingChange& change) {
    if (parse_norm_key(change.key)) return edit({{change.key, change.value}});
    if (change.key != planned_epochs_key) return set_hyperparameter(change.key, change.value);
    m_planned_epochs = static_cast<std::int64_t>(change.value);
    m_changes.push_back({m_step, change.key, change.value});
}

void Experiment::edit(const NormValues& values) {
    norm_values(m_network, values);  // refuses what does not exist before anything changes
    for (const auto& [text, value] : values) {
        if (const auto reason = reason_to_refuse(*parse_norm_key(text), value)) throw InputError(*reason + ".");
    }
    for (const auto& [text, value] : values) {
        const NormKey key = *parse_norm_key(text);
        set_norm_value(m_network, key, value);
        m_changes.push_back({m_step, text, norm_value(m_network, key)});
    }
}

void Experiment::extend() {
    const auto planned = static_cast<double>(m_planned_epochs + m_recipe.epochs);
    apply({m_step, std::string(planned_epochs_key), planned});
}

void Experiment::set_position(RunPosition position) {
    m_sampler.set_state(position.sampler);
    m_step = position.step;
    m_planned_epochs = position.planned_epochs;
    m_changes = std::move(position.changes);
    // All other values are part of the model's state.
    for (const SettingChange& change : m_changes) {
        const auto key = parse_norm_key(change.key);
        if (key && key->field == NormField::frozen) set_norm_value(m_network, *key, change.value);
    }
}

bool Experiment::finished() const {
    return m_sampler.epoch(m_recipe.data.batch_size) >= m_planned_epochs;
}

double Experiment::progress() const {
    const auto images = static_cast<double>(m_data.train->size());
    const auto batch = m_recipe.data.batch_size;
    const double seen =
        static_cast<double>(m_sampler.epoch(batch)) + static_cast<double>(m_sampler.position(batch)) / images;
    return std::clamp(seen / static_cast<double>(m_planned_epochs), 0.0, 1.0);
}

std::size_t Experiment::memory_bytes() const {
    constexpr std::size_t layer_bytes = 1024;  // objects, names, shapes
    const auto& state = m_optimizer.state();
    std::size_t bytes = sizeof(*this) + m_network.leaves().size() * layer_bytes;
    bytes += 2 * m_network.parameters().values().size_bytes();  // and their gradients
    bytes += (state.first.size() + state.second.size()) * sizeof(float) + state.updates.size() * sizeof(std::int64_t);
    for (nn::Module<float>* layer : m_network.leaves()) {
        for (const auto& buffer : layer->buffers()) bytes += buffer.value.size_bytes();
    }
    bytes += static_cast<std::size_t>(m_recipe.data.batch_size) * sizeof(std::int64_t);
    for (const SettingChange& change : m_changes) bytes += sizeof(change) + change.key.capacity();
    return bytes;
}

}  // namespace normscope
