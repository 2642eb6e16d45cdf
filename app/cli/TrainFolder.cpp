#include "app/cli/TrainFolder.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeFields.h"
#include "core/train/Checkpoint.h"
#include "core/train/ExactText.h"

#include <system_error>

namespace normscope::cli {
namespace {

constexpr const char* resume_name = "resume.safetensors";

io::TensorMetadata metadata_of(const io::HistoryPosition& history, const Outcome& outcome, bool finished) {
    return {{"train.history_bytes", std::to_string(history.bytes)},
            {"train.history_checksum", std::to_string(history.checksum)},
            {"train.loss", exact_text(outcome.last.loss)},
            {"train.accuracy", exact_text(outcome.last.accuracy)},
            {"train.seconds", exact_text(outcome.seconds)},
            {"train.images", std::to_string(outcome.images)},
            {"train.divergence", outcome.divergence},
            {"train.diverged_layer", outcome.diverged_layer},
            {"train.diverged_channel", std::to_string(outcome.diverged_channel)},
            {"train.measured", outcome.measured.text()},
            {"train.finished", finished ? "1" : "0"}};
}

/// Steps that these options make of a run.
std::int64_t steps_asked_for(const Experiment& experiment, const TrainOptions& options) {
    if (options.steps > 0) return options.steps;
    const Recipe& recipe = experiment.recipe();
    return recipe.epochs * experiment.sampler().batches_per_epoch(recipe.data.batch_size);
}

bool began_alike(const std::filesystem::path& initial, const Experiment& experiment) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(initial, error)) return false;
    return io::read_file(initial, max_checkpoint_bytes) == checkpoint_bytes(experiment);
}

}  // namespace

void TrainFolder::make() const {
    std::error_code error;
    std::filesystem::create_directories(m_folder, error);
    if (error || !std::filesystem::is_directory(m_folder)) {
        throw InputError("--out: the folder '" + m_folder.string() +
                         "' cannot be made: " + (error ? error.message() : "a file of that name is in the way") + ".");
    }
}

bool TrainFolder::exists() const {
    std::error_code error;
    return std::filesystem::is_directory(m_folder, error);
}

std::optional<SavedRun> TrainFolder::saved_run() const {
    const auto path = file(resume_name);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return std::nullopt;
    SavedRun saved{.file = load_resume_file(path)};
    const auto text = [&](const char* key) -> const std::string& {
        const auto found = saved.file.extra.find(key);
        if (found != saved.file.extra.end()) return found->second;
        throw InputError(io::in_quotes(path.native()) + " cannot be resumed: the metadata lack " + key +
                         ", so it is not of a run in a folder.");
    };
    const auto integer = [&](const char* key) { return exact_integer(text(key), path.native() + ", " + key); };
    const auto number = [&](const char* key) { return exact_number(text(key), path.native() + ", " + key); };
    saved.history.bytes = static_cast<std::uint64_t>(integer("train.history_bytes"));
    saved.history.checksum = static_cast<std::uint64_t>(integer("train.history_checksum"));
    saved.outcome.last.loss = number("train.loss");
    saved.outcome.last.accuracy = number("train.accuracy");
    saved.outcome.seconds = number("train.seconds");
    saved.outcome.images = integer("train.images");
    saved.outcome.divergence = text("train.divergence");
    saved.outcome.diverged_layer = text("train.diverged_layer");
    saved.outcome.diverged_channel = static_cast<std::int64_t>(number("train.diverged_channel"));
    // Files of versions that measured nothing lack it.
    if (saved.file.extra.contains("train.measured")) {
        saved.outcome.measured = Measurements::parse(text("train.measured"), path.native() + ", train.measured");
    }
    saved.finished = text("train.finished") == "1";
    return saved;
}

void TrainFolder::save_run(const Experiment& experiment, const io::HistoryPosition& history, const Outcome& outcome,
                           bool finished) const {
    save_resume_file(experiment, metadata_of(history, outcome, finished), file(resume_name));
}

void TrainFolder::check_nothing_is_lost(const Experiment& experiment, const TrainOptions& options) const {
    const auto saved = saved_run();
    if (!saved) return;
    const std::int64_t steps = saved->file.position.step.value;
    if (saved->finished && steps_asked_for(experiment, options) >= steps &&
        began_alike(file("initial.safetensors"), experiment)) {
        return;
    }
    throw InputError("--out: the folder '" + m_folder.string() + "' holds " +
                     (saved->finished ? "a finished run of " : "a run that was cut off after ") +
                     std::to_string(steps) +
                     " steps. --resume goes on with it, --overwrite begins again in its place; or choose another "
                     "folder.");
}

void check_same_recipe(const Recipe& asked, const SavedRun& saved) {
    std::string differences;
    for (const auto& field : recipe_fields()) {
        if (field.path == "epochs") continue;
        const auto there = field.read(saved.file.recipe), here = field.read(asked);
        if (there == here) continue;
        differences += (differences.empty() ? "" : "; ") + std::string(field.path) + " is " + there.dump() +
                       " there and " + here.dump() + " here";
    }
    if (differences.empty()) return;
    throw InputError("--resume: the run in " + io::in_quotes(saved.file.file_name) +
                     " has another recipe: " + differences + ". Only the epochs may differ.");
}

}  // namespace normscope::cli
