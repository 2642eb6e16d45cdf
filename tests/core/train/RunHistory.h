// Everything a run records, step by step.
#pragma once

#include "core/telemetry/StepColumns.h"
#include "core/train/Recorder.h"
#include "core/train/Trainer.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace normscope::testing {

/// Columns of a run as one block. Compares bit by bit (a NaN equals itself).
class RunHistory {
   public:
    void append(const telemetry::StepColumns& columns) {
        m_columns.steps.insert(m_columns.steps.end(), columns.steps.begin(), columns.steps.end());
        m_columns.dense.insert(m_columns.dense.end(), columns.dense.begin(), columns.dense.end());
        m_columns.sparse.insert(m_columns.sparse.end(), columns.sparse.begin(), columns.sparse.end());
    }
    void truncate_after(StepIndex step) {
        const std::size_t width = m_columns.steps.empty() ? 0 : m_columns.dense.size() / m_columns.steps.size();
        std::erase_if(m_columns.steps, [&](StepIndex recorded) { return recorded > step; });
        std::erase_if(m_columns.sparse, [&](const auto& point) { return point.step > step; });
        m_columns.dense.resize(width * m_columns.steps.size());
    }
    const telemetry::StepColumns& columns() const { return m_columns; }
    std::int64_t steps() const { return static_cast<std::int64_t>(m_columns.steps.size()); }

    /// The first column: losses.
    std::vector<float> losses() const {
        std::vector<float> losses;
        const std::size_t width = m_columns.steps.empty() ? 1 : m_columns.dense.size() / m_columns.steps.size();
        for (std::size_t i = 0; i < m_columns.dense.size(); i += width) losses.push_back(m_columns.dense[i]);
        return losses;
    }

    friend bool operator==(const RunHistory& a, const RunHistory& b) {
        return a.m_columns.steps == b.m_columns.steps && same_bits(a.m_columns.dense, b.m_columns.dense) &&
               std::ranges::equal(a.m_columns.sparse, b.m_columns.sparse, [](const auto& x, const auto& y) {
                   return x.series == y.series && x.step == y.step &&
                          std::memcmp(&x.value, &y.value, sizeof(float)) == 0;
               });
    }

   private:
    static bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
        return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }

    telemetry::StepColumns m_columns;
};

/// Steps an experiment in the plainest way, with the evaluations its recipe asks for.
class PlainRun {
   public:
    PlainRun(Experiment experiment, int threads = 1)
        : m_experiment(std::move(experiment)), m_trainer(threads), m_schema(make_schema(m_experiment.network())) {
        evaluate_if_due();
    }

    Experiment& experiment() { return m_experiment; }
    const RunHistory& history() const { return m_history; }

    PlainRun& take_steps(std::int64_t steps) {
        for (std::int64_t i = 0; i < steps; ++i) {
            const StepResult result = m_trainer.step(m_experiment);
            telemetry::StepColumns columns;
            record_step(m_experiment, result, columns);
            m_history.append(columns);
            evaluate_if_due();
        }
        return *this;
    }
    PlainRun& run_to_the_end() {
        while (!m_experiment.finished()) take_steps(1);
        return *this;
    }

   private:
    void evaluate_if_due() {
        const RecordRecipe& record = m_experiment.recipe().record;
        if (record.eval_every <= 0 || m_experiment.step().value % record.eval_every != 0) return;
        telemetry::StepColumns columns;
        record_evaluation(m_experiment, m_schema, m_trainer.evaluate(m_experiment, record.eval_images), columns);
        m_history.append(columns);
    }

    Experiment m_experiment;
    Trainer m_trainer;
    telemetry::SeriesSchema m_schema;
    RunHistory m_history;
};

}  // namespace normscope::testing
