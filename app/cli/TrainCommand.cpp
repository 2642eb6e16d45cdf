#include "app/cli/TrainCommand.h"

#include "app/cli/ProgressLine.h"
#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/HistoryCsv.h"
#include "core/recipe/RecipeJson.h"
#include "core/telemetry/Hyperparameter.h"
#include "core/train/Checkpoint.h"
#include "core/train/Recorder.h"
#include "core/train/Trainer.h"
#include "datasets/DataSpec.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <thread>

namespace normscope::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::filesystem::path recipe;
    std::filesystem::path out;
    std::vector<std::string> settings;
    std::int64_t steps = 0;
    std::int64_t epochs = 0;
    int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    bool json = false;
};

volatile std::sig_atomic_t interrupted = 0;
extern "C" void on_interrupt(int /*signal*/) {
    interrupted = 1;
}

Recipe read_recipe(const Options& options) {
    Recipe recipe = load_recipe(options.recipe);
    apply_settings(recipe, options.settings);
    if (options.epochs > 0) recipe.epochs = options.epochs;
    return recipe;
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_directory(folder)) {
        throw InputError("--out: the folder '" + folder.string() +
                         "' cannot be made: " + (error ? error.message() : "a file of that name is in the way") + ".");
    }
}

/// The settings written in every row of history.csv.
std::vector<std::string> history_keys() {
    std::vector<std::string> keys;
    for (const auto& spec : telemetry::hyperparameter_specs()) {
        if (spec.policy != telemetry::ChangePolicy::restarts) keys.emplace_back(spec.key);
    }
    return keys;
}

struct Outcome {
    StepResult last;
    double seconds = 0;  ///< in training steps only
    std::int64_t images = 0;
    bool diverged = false;
};

/// Steps the experiment to its end, writing one row a step.
class Run {
   public:
    Run(const Options& options, Experiment& experiment)
        : m_options(options),
          m_experiment(experiment),
          m_trainer(options.threads),
          m_schema(make_schema(experiment.network())),
          m_keys(history_keys()),
          m_history(options.out / "history.csv", m_schema, m_keys) {}

    Outcome train() {
        ProgressLine progress;
        while (!interrupted && !m_outcome.diverged && !done()) {
            step();
            record();
            progress.show(share(), text());
        }
        m_history.finish();
        return m_outcome;
    }

    Evaluation evaluate_all() { return m_trainer.evaluate(m_experiment, std::numeric_limits<std::int64_t>::max()); }

   private:
    bool done() const {
        return m_options.steps > 0 ? m_experiment.step().value >= m_options.steps : m_experiment.finished();
    }
    double share() const {
        return m_options.steps > 0
                   ? static_cast<double>(m_experiment.step().value) / static_cast<double>(m_options.steps)
                   : m_experiment.progress();
    }

    void step() {
        if (m_options.steps > 0 && m_experiment.finished()) m_experiment.extend();
        const auto begin = Clock::now();
        m_outcome.last = m_trainer.step(m_experiment);
        m_outcome.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
        m_outcome.images += m_outcome.last.images;
        m_outcome.diverged = !std::isfinite(m_outcome.last.loss);
    }

    void record() {
        m_row = {};
        record_step(m_experiment, m_outcome.last, m_row);
        const RecordRecipe& record = m_experiment.recipe().record;
        const bool due = record.eval_every > 0 && m_experiment.step().value % record.eval_every == 0;
        if (due && m_experiment.data().eval) {
            m_accuracy = m_trainer.evaluate(m_experiment, record.eval_images);
            record_evaluation(m_experiment, m_schema, m_accuracy, m_row);
        }
        std::vector<double> settings;
        for (const std::string& key : m_keys) settings.push_back(value_of(m_experiment.recipe(), key));
        m_history.append(m_experiment.step(), settings, m_row.dense, m_row.sparse);
        if (m_options.json) print_line();
    }

    void print_line() const {
        nlohmann::ordered_json line{{"step", m_experiment.step().value},
                                    {"loss", m_outcome.last.loss},
                                    {"train_accuracy", m_outcome.last.accuracy}};
        if (!m_row.sparse.empty()) {
            line["eval_accuracy"] = m_accuracy.accuracy;
            line["eval_accuracy_train_mode"] = m_accuracy.accuracy_train_mode;
        }
        std::cout << line.dump() << '\n';
    }

    std::string text() const {
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

    const Options& m_options;
    Experiment& m_experiment;
    Trainer m_trainer;
    telemetry::SeriesSchema m_schema;
    std::vector<std::string> m_keys;
    io::HistoryCsvWriter m_history;
    telemetry::StepColumns m_row;
    Evaluation m_accuracy;
    Outcome m_outcome;
};

nlohmann::ordered_json summarize(const Experiment& experiment, const Outcome& outcome, const Evaluation& final) {
    const auto batch = experiment.recipe().data.batch_size;
    nlohmann::ordered_json summary{{"steps", experiment.step().value},
                                   {"epochs", experiment.sampler().epoch(batch)},
                                   {"train_loss", outcome.last.loss},
                                   {"train_accuracy", outcome.last.accuracy}};
    if (final.images > 0) {
        summary["eval_loss"] = final.loss;
        summary["eval_accuracy"] = final.accuracy;
        summary["eval_accuracy_train_mode"] = final.accuracy_train_mode;
        summary["eval_images"] = final.images;
    } else {
        summary["eval_accuracy"] = nullptr;
        summary["eval_accuracy_train_mode"] = nullptr;
    }
    summary["images_per_second"] = outcome.seconds > 0 ? static_cast<double>(outcome.images) / outcome.seconds : 0.0;
    summary["diverged"] = outcome.diverged;
    summary["interrupted"] = interrupted != 0;
    return summary;
}

void print_summary(const Options& options, const nlohmann::ordered_json& summary) {
    if (options.json) {
        std::cout << summary.dump() << '\n';
        return;
    }
    std::cout << summary["steps"] << " steps, " << summary["epochs"] << " epochs";
    if (summary["eval_accuracy"].is_number()) {
        std::printf(": accuracy on held-out images %.2f %% in eval mode, %.2f %% in train mode",
                    100 * summary["eval_accuracy"].get<double>(),
                    100 * summary["eval_accuracy_train_mode"].get<double>());
        std::fflush(stdout);
    }
    std::cout << ". Results are in " << options.out.string() << "\n";
}

int run(const Options& options) {
    const Recipe recipe = read_recipe(options);
    Experiment experiment(recipe, datasets::load_data(recipe.data));
    make_folder(options.out);
    io::write_file(options.out / "recipe.json", to_json(recipe));
    save_checkpoint(experiment, options.out / "initial.safetensors");

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    Run training(options, experiment);
    const Outcome outcome = training.train();
    save_checkpoint(experiment, options.out / "final.safetensors");
    const auto summary = summarize(experiment, outcome, training.evaluate_all());
    io::write_file(options.out / "summary.json", summary.dump(2) + "\n");
    print_summary(options, summary);
    if (interrupted) return 130;
    if (outcome.diverged) {
        std::cerr << "normscope-cli: the training loss is no longer finite at step " << experiment.step().value
                  << "; a smaller optimizer.lr usually helps.\n";
        return 1;
    }
    return 0;
}

}  // namespace

void add_train_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("train", "Train a recipe and write history, checkpoints and a summary.");
    command->add_option("RECIPE", options->recipe, "Recipe file (JSON)")->required();
    command->add_option("--out", options->out, "Folder for the results; made if needed")->required();
    command->add_option("--set", options->settings, "path=value, e.g. model.norm.momentum=0.01; may repeat")
        ->allow_extra_args(false);
    auto* steps = command->add_option("--steps", options->steps, "Stop after so many steps")
                      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    command->add_option("--epochs", options->epochs, "Passes over the data, instead of the recipe's")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000000}))
        ->excludes(steps);
    command->add_option("--threads", options->threads)->check(CLI::Range(1, 256))->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object a line on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
