#include "core/train/Measurements.h"

#include "core/Error.h"
#include "core/instruments/BatchSequence.h"
#include "core/instruments/LossLandscape.h"
#include "core/instruments/PopulationStatistics.h"
#include "core/instruments/Recalibration.h"
#include "core/train/ExactText.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace normscope {
namespace {

struct Column {
    const char* name;
    double Measurement::*value;
};

constexpr std::array columns{
    Column{"eval_accuracy", &Measurement::eval_accuracy},
    Column{"eval_accuracy_train_mode", &Measurement::eval_accuracy_train_mode},
    Column{"eval_accuracy_exact", &Measurement::eval_accuracy_exact},
    Column{"loss_low", &Measurement::loss_low},
    Column{"loss_high", &Measurement::loss_high},
    Column{"gradient_change", &Measurement::gradient_change},
    Column{"smoothness", &Measurement::smoothness},
};

/// Of the values that were measured; NaN if none was.
double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? Measurement::none : sum / static_cast<double>(values.size());
}

double exact_accuracy(const Experiment& experiment, Trainer& trainer, double running_accuracy) {
    if (experiment.network().norm_layers().empty()) return running_accuracy;
    const auto training = instruments::training_images(experiment, experiment.recipe().record.exact_batches);
    const auto statistics = instruments::population_statistics(experiment.network(), training, trainer.pool());
    Experiment copy = experiment;
    instruments::recalibrate(copy.network(), statistics);
    return trainer.evaluate(copy, std::numeric_limits<std::int64_t>::max()).accuracy;
}

void measure_landscape(const Experiment& experiment, Trainer& trainer, Measurement& measured) {
    const auto training = instruments::training_images(experiment, 1);
    ImageBatch batch;
    training.load(0, trainer.pool(), batch);
    std::vector<double> steps = experiment.recipe().record.landscape;
    for (double& step : steps) step *= experiment.learning_rate();
    const auto landscape =
        instruments::loss_landscape<float>(experiment.network(), batch.images, batch.labels, steps, trainer.pool());
    measured.loss_low = measured.loss_high = landscape.points.front().loss;
    measured.gradient_change = 0;
    for (const auto& point : landscape.points) {
        measured.loss_low = std::min(measured.loss_low, point.loss);
        measured.loss_high = std::max(measured.loss_high, point.loss);
        measured.gradient_change = std::max(measured.gradient_change, point.gradient_difference);
    }
    measured.smoothness = landscape.smoothness;
}

}  // namespace

bool asks_for_measurements(const RecordRecipe& record) {
    return record.exact_batches > 0 || !record.landscape.empty();
}

bool measurement_due(const Experiment& experiment, bool last) {
    const RecordRecipe& record = experiment.recipe().record;
    if (!asks_for_measurements(record)) return false;
    return last || (record.measure_every > 0 && experiment.step().value % record.measure_every == 0);
}

Measurement measure(const Experiment& experiment, Trainer& trainer) {
    const RecordRecipe& record = experiment.recipe().record;
    Measurement measured{.step = experiment.step().value};
    if (record.exact_batches > 0 && experiment.data().eval) {
        Experiment copy = experiment;
        const auto found = trainer.evaluate(copy, std::numeric_limits<std::int64_t>::max());
        measured.eval_accuracy = found.accuracy;
        measured.eval_accuracy_train_mode = found.accuracy_train_mode;
        measured.eval_accuracy_exact = exact_accuracy(experiment, trainer, found.accuracy);
    }
    if (!record.landscape.empty()) measure_landscape(experiment, trainer, measured);
    return measured;
}

void Measurements::note_accuracy(std::int64_t step, double accuracy, const std::optional<double>& target) {
    if (target && !m_steps_to_target && accuracy >= *target) m_steps_to_target = step;
}

void Measurements::forget_end(std::int64_t measure_every) {
    if (m_rows.empty()) return;
    if (measure_every == 0 || m_rows.back().step % measure_every != 0) m_rows.pop_back();
}

std::vector<std::pair<std::string, double>> Measurements::summary() const {
    std::vector<double> gains, ranges, changes, smoothness, eval_steps, exact_steps;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Measurement& row = m_rows[i];
        if (!std::isnan(row.eval_accuracy_exact)) {
            gains.push_back(row.eval_accuracy_exact - row.eval_accuracy);
            if (i > 0) eval_steps.push_back(std::abs(row.eval_accuracy - m_rows[i - 1].eval_accuracy));
            if (i > 0) exact_steps.push_back(std::abs(row.eval_accuracy_exact - m_rows[i - 1].eval_accuracy_exact));
        }
        if (std::isnan(row.loss_low)) continue;
        ranges.push_back(row.loss_high - row.loss_low);
        changes.push_back(row.gradient_change);
        smoothness.push_back(row.smoothness);
    }
    std::vector<std::pair<std::string, double>> found;
    if (!gains.empty()) {
        found.emplace_back("eval_accuracy_exact", m_rows.back().eval_accuracy_exact);
        found.emplace_back("exact_gain_first", gains.front());
        found.emplace_back("exact_gain_mean", mean_of(gains));
        found.emplace_back("exact_gain_last", gains.back());
    }
    if (!eval_steps.empty()) {
        found.emplace_back("eval_wobble", mean_of(eval_steps));
        found.emplace_back("exact_wobble", mean_of(exact_steps));
        found.emplace_back("wobble_gain", mean_of(eval_steps) - mean_of(exact_steps));
    }
    if (!ranges.empty()) {
        found.emplace_back("loss_range", mean_of(ranges));
        found.emplace_back("gradient_change", mean_of(changes));
        found.emplace_back("smoothness", mean_of(smoothness));
    }
    return found;
}

std::string Measurements::csv() const {
    std::string text = "step";
    for (const Column& column : columns) text += std::string(",") + column.name;
    text += '\n';
    for (const Measurement& row : m_rows) {
        text += std::to_string(row.step);
        for (const Column& column : columns) {
            const double value = row.*column.value;
            text += ',' + (std::isnan(value) ? std::string() : exact_text(value));
        }
        text += '\n';
    }
    return text;
}

std::string Measurements::text() const {
    std::string text = m_steps_to_target ? std::to_string(*m_steps_to_target) : "-";
    for (const Measurement& row : m_rows) {
        text += ';' + std::to_string(row.step);
        for (const Column& column : columns) text += ',' + exact_text(row.*column.value);
    }
    return text;
}

Measurements Measurements::parse(std::string_view text, std::string_view place) {
    const auto next = [](std::string_view& rest, char separator) {
        const auto end = std::min(rest.find(separator), rest.size());
        const auto part = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return part;
    };
    Measurements result;
    const auto target = next(text, ';');
    if (target != "-") result.m_steps_to_target = exact_integer(target, place);
    while (!text.empty()) {
        auto row = next(text, ';');
        Measurement measured{.step = exact_integer(next(row, ','), place)};
        for (const Column& column : columns) measured.*column.value = exact_number(next(row, ','), place);
        if (!row.empty()) throw InputError(std::string(place) + ": a measurement has too many numbers.");
        result.add(measured);
    }
    return result;
}

}  // namespace normscope
