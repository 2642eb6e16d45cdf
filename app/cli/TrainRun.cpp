#include "app/cli/TrainRun.h"

#include "app/cli/ProgressLine.h"
#include "core/Error.h"
#include "core/recipe/Recipe.h"
#include "core/telemetry/Hyperparameter.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <iostream>
#include <limits>

namespace normscope::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The settings written in every row of history.csv.
std::vector<std::string> history_keys() {
    std::vector<std::string> keys;
    for (const auto& spec : telemetry::hyperparameter_specs()) {
        if (spec.policy != telemetry::ChangePolicy::restarts) keys.emplace_back(spec.key);
    }
    return keys;
}

/// As the last step used it: the learning rate is what the schedule made of it.
double value_in_force(const Experiment& experiment, const StepResult& last, const std::string& key) {
    return key == "optimizer.lr" ? last.learning_rate : value_of(experiment.recipe(), key);
}

io::HistoryCsvWriter open_history(const std::filesystem::path& path, const telemetry::SeriesSchema& schema,
                                  const std::vector<std::string>& keys, const std::optional<SavedRun>& saved) {
    if (saved) return {path, schema, keys, saved->history};
    return {path, schema, keys};
}

}  // namespace

TrainRun::TrainRun(const TrainOptions& options, const TrainFolder& folder, Experiment& experiment,
                   const std::optional<SavedRun>& saved, const volatile std::sig_atomic_t& stop)
    : m_options(options),
      m_folder(folder),
      m_experiment(experiment),
      m_stop(stop),
      m_trainer(options.threads),
      m_schema(make_schema(experiment.network())),
      m_keys(history_keys()),
      m_history(open_history(folder.file("history.csv"), m_schema, m_keys, saved)),
      m_last_save(Clock::now()) {
    if (saved) m_outcome = saved->outcome;
    if (saved && !done()) m_outcome.measured.forget_end(experiment.recipe().record.measure_every);
}

bool TrainRun::done() const {
    return m_options.steps > 0 ? m_experiment.step().value >= m_options.steps : m_experiment.finished();
}

double TrainRun::share() const {
    return m_options.steps > 0 ? static_cast<double>(m_experiment.step().value) / static_cast<double>(m_options.steps)
                               : m_experiment.progress();
}

const Outcome& TrainRun::train() {
    ProgressLine progress;
    while (m_stop == 0 && m_outcome.divergence.empty() && !done()) {
        step_or_save();
        record();
        measure_if_due();
        progress.show(share(), text());
        if (seconds_since(m_last_save) >= m_options.save_every) save(false);
    }
    if (m_experiment.step().value > 0) save(m_stop == 0);
    m_history.finish();
    return m_outcome;
}

Evaluation TrainRun::evaluate_all() {
    return m_trainer.evaluate(m_experiment, std::numeric_limits<std::int64_t>::max());
}

void TrainRun::step_or_save() {
    try {
        step();
    } catch (const InputError&) {
        // Pictures that vanished, say: what was done so far can be gone on with when they are back.
        if (m_experiment.step().value > 0) save(false);
        throw;
    }
}

void TrainRun::step() {
    if (m_options.steps > 0 && m_experiment.finished()) m_experiment.extend();
    const auto begin = Clock::now();
    m_outcome.last = m_trainer.step(m_experiment);
    m_outcome.seconds += seconds_since(begin);
    m_outcome.images += m_outcome.last.images;
    if (const auto& found = m_outcome.last.divergence) {
        m_outcome.divergence = sentence(*found) + " " + advice(*found);
        m_outcome.diverged_layer = found->layer;
        m_outcome.diverged_channel = found->channel ? found->channel->value : -1;
    }
}

void TrainRun::record() {
    m_row = {};
    record_step(m_experiment, m_outcome.last, m_row);
    if (evaluation_due(m_experiment)) {
        m_accuracy = m_trainer.evaluate(m_experiment, m_experiment.recipe().record.eval_images);
        record_evaluation(m_experiment, m_schema, m_accuracy, m_row);
        m_outcome.measured.note_accuracy(m_experiment.step().value, m_accuracy.accuracy,
                                         m_experiment.recipe().record.target_accuracy);
    }
    std::vector<double> settings;
    for (const std::string& key : m_keys) settings.push_back(value_in_force(m_experiment, m_outcome.last, key));
    m_history.append(m_experiment.step(), settings, m_row.dense, m_row.sparse);
    if (m_options.json) print_line();
}

void TrainRun::measure_if_due() {
    const bool diverged = !m_outcome.divergence.empty();
    if (!diverged && measurement_due(m_experiment, done())) m_outcome.measured.add(measure(m_experiment, m_trainer));
}

void TrainRun::save(bool finished) {
    // The rows first: a resume file never speaks of rows that are not on the disk.
    const auto history = m_history.sync();
    m_folder.save_run(m_experiment, history, m_outcome, finished);
    m_last_save = Clock::now();
}

void TrainRun::print_line() const {
    nlohmann::ordered_json line{{"step", m_experiment.step().value},
                                {"loss", m_outcome.last.loss},
                                {"train_accuracy", m_outcome.last.accuracy}};
    if (!m_row.sparse.empty()) {
        line["eval_accuracy"] = m_accuracy.accuracy;
        line["eval_accuracy_train_mode"] = m_accuracy.accuracy_train_mode;
    }
    std::cout << line.dump() << std::endl;  // whoever follows the run through a pipe sees each step
}

std::string TrainRun::text() const {
    std::array<char, 160> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "step %lld · loss %.3f · %.0f images/s",
                  static_cast<long long>(m_experiment.step().value), m_outcome.last.loss,
                  static_cast<double>(m_outcome.images) / m_outcome.seconds);
    std::string text = buffer.data();
    if (m_accuracy.images == 0) return text;
    std::snprintf(buffer.data(), buffer.size(), " · accuracy eval %.1f %%, train mode %.1f %%",
                  100 * m_accuracy.accuracy, 100 * m_accuracy.accuracy_train_mode);
    return text + buffer.data();
}

}  // namespace normscope::cli
