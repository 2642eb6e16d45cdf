#include "app/cli/TrainCommand.h"

#include "app/cli/TrainFolder.h"
#include "app/cli/TrainOptions.h"
#include "app/cli/TrainRun.h"
#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "datasets/DataSpec.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

namespace normscope::cli {
namespace {

constexpr std::uint64_t max_recipe_bytes = 1U << 20;  // load_recipe() reads no larger one

volatile std::sig_atomic_t interrupted = 0;
extern "C" void on_interrupt(int /*signal*/) {
    interrupted = 1;
}

void complain(const std::string& sentence) {
    std::cerr << "normscope-cli: " << sentence << '\n';
}

Recipe read_recipe(const TrainOptions& options) {
    Recipe recipe = load_recipe(options.recipe);
    apply_settings(recipe, options.settings);
    if (options.epochs > 0) recipe.epochs = options.epochs;
    return recipe;
}

DataSplit load_data(const Recipe& recipe, const TrainOptions& options) {
    datasets::LoadOptions load;
    load.cache_bytes = static_cast<std::uint64_t>(options.cache_mib) << 20;
    return datasets::load_data(recipe.data, load);
}

/// A sweep has written it already, and waiting for the disk is much of a short run's time.
void write_recipe(const Recipe& recipe, const TrainOptions& options, const TrainFolder& folder) {
    const std::string text = to_json(recipe);
    std::error_code error;
    if (!std::filesystem::equivalent(options.recipe, folder.file("recipe.json"), error) ||
        io::as_text(io::read_file(options.recipe, max_recipe_bytes)) != text) {
        io::write_file(folder.file("recipe.json"), text);
    }
}

/// A run that begins, in a folder where nothing is lost by it. Locks the folder if it has to be made.
Experiment begin_run(const Recipe& recipe, const TrainOptions& options, const TrainFolder& folder,
                     std::optional<io::FolderLock>& lock) {
    Experiment experiment(recipe, load_data(recipe, options));
    if (!options.init.empty()) {
        const ModelState state = load_model_state(options.init);
        for (const auto& note : apply_model_state(state, experiment.network())) {
            complain("--init: " + state.file_name + ": " + note);
        }
    }
    folder.make();
    if (!lock) lock.emplace(folder.lock());
    if (options.overwrite) {
        std::filesystem::remove(folder.file("resume.safetensors"));
    } else {
        folder.check_nothing_is_lost(experiment, options);
    }
    write_recipe(recipe, options, folder);
    save_checkpoint(experiment, folder.file("initial.safetensors"));
    return experiment;
}

/// A run that goes on, planned as it is now asked for.
Experiment restore_run(const Recipe& recipe, const TrainOptions& options, SavedRun& saved) {
    check_same_recipe(recipe, saved);
    std::int64_t& planned = saved.file.position.planned_epochs;
    planned = options.steps > 0 ? std::max(planned, recipe.epochs) : recipe.epochs;
    saved.file.recipe.epochs = recipe.epochs;
    return restore_experiment(saved.file, load_data(recipe, options));
}

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
    for (const auto& [name, value] : outcome.measured.summary()) summary[name] = value;
    if (experiment.recipe().record.target_accuracy) {
        const auto steps = outcome.measured.steps_to_target();
        summary["steps_to_target"] = steps ? nlohmann::ordered_json(*steps) : nlohmann::ordered_json(nullptr);
    }
    summary["images_per_second"] = outcome.seconds > 0 ? static_cast<double>(outcome.images) / outcome.seconds : 0.0;
    summary["diverged"] = !outcome.divergence.empty();
    if (!outcome.divergence.empty()) {
        nlohmann::ordered_json channel;  // null where none is meant
        if (outcome.diverged_channel >= 0) channel = outcome.diverged_channel;
        summary["divergence"] = {{"step", experiment.step().value},
                                 {"layer", outcome.diverged_layer},
                                 {"channel", channel},
                                 {"sentence", outcome.divergence}};
    }
    summary["interrupted"] = interrupted != 0;
    return summary;
}

void print_summary(const TrainOptions& options, const nlohmann::ordered_json& summary) {
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

constexpr const char* footer =
    "DIR receives recipe.json (complete), initial.safetensors, final.safetensors, history.csv, summary.json, and\n"
    "resume.safetensors: the whole state of the run, saved every 10 s, when interrupted and at the end.\n"
    "\n"
    "A run cut off at any moment goes on with the same command and --resume, to the same bits. More --steps or\n"
    "--epochs extend a finished run. A DIR that holds a run is not written over: without --resume it is refused\n"
    "(exit code 2) unless that run is finished and this one repeats it, or --overwrite is given. Two processes do not\n"
    "train in one DIR at a time.\n"
    "\n"
    "--steps beyond the planned epochs plans the same number of epochs again, as often as it takes; a cosine schedule\n"
    "sees the longer plan, so that the learning rate rises again. In how many goes the steps are taken changes "
    "nothing.\n"
    "\n"
    "Exit codes: 0 done, 1 diverged or disk full, 2 bad input, 130 interrupted (state saved).";

}  // namespace

int run_train(const TrainOptions& options) {
    const Recipe recipe = read_recipe(options);
    const TrainFolder folder(options.out);
    std::optional<io::FolderLock> lock;  // before anything in the folder is read
    if (folder.exists()) lock.emplace(folder.lock());
    std::optional<SavedRun> saved = options.resume ? folder.saved_run() : std::nullopt;
    Experiment experiment = saved ? restore_run(recipe, options, *saved) : begin_run(recipe, options, folder, lock);

    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    TrainRun training(options, folder, experiment, saved, interrupted);
    if (saved && !training.done()) io::write_file(folder.file("recipe.json"), to_json(recipe));
    const Outcome outcome = training.train();
    save_checkpoint(experiment, folder.file("final.safetensors"));
    if (asks_for_measurements(recipe.record)) io::write_file(folder.file("measured.csv"), outcome.measured.csv());
    const auto summary = summarize(experiment, outcome, training.evaluate_all());
    io::write_file(folder.file("summary.json"), summary.dump(2) + "\n");
    print_summary(options, summary);
    if (interrupted) return 130;
    if (outcome.divergence.empty()) return 0;
    complain(outcome.divergence);
    return 1;
}

void add_train_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command = app.add_subcommand("train", "Train a recipe and write history, checkpoints and a summary.");
    command->add_option("RECIPE", options->recipe, "Recipe file (JSON)")->required();
    command->add_option("--out", options->out, "Folder DIR for the results; made if needed")->required();
    command->add_option("--set", options->settings, "path=value, e.g. model.norm.momentum=0.01; may repeat")
        ->allow_extra_args(false);
    auto* steps = command->add_option("--steps", options->steps, "Stop after so many steps, counted from the beginning")
                      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    command->add_option("--epochs", options->epochs, "Passes over the data, instead of the recipe's")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000000}))
        ->excludes(steps);
    command->add_option("--init", options->init,
                        "Begin with the weights and statistics of this safetensors file, ours or PyTorch's; "
                        "a run that is resumed has them already");
    auto* resume = command->add_flag("--resume", options->resume,
                                     "Go on where the run in DIR was cut off; begin if there is none. RECIPE and --set "
                                     "must be those of the run, except epochs");
    command->add_flag("--overwrite", options->overwrite, "Begin again in a DIR that holds another run")
        ->excludes(resume);
    command->add_option("--save-every", options->save_every, "Seconds between saves for --resume; 0: every step")
        ->check(CLI::Range(0.0, 86400.0))
        ->capture_default_str();
    command
        ->add_option("--cache", options->cache_mib,
                     "MiB of memory for decoded pictures of a folder; the others are read again whenever they are "
                     "needed")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 20))
        ->capture_default_str();
    command->add_option("--threads", options->threads)->check(CLI::Range(1, 256))->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object a line on standard output");
    command->footer(footer);
    command->callback([options, &chosen] { chosen = [options] { return run_train(*options); }; });
}

}  // namespace normscope::cli
