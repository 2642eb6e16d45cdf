// Everything about a run in one file: restored, it goes on to the same bits.
#pragma once

#include "core/io/Safetensors.h"
#include "core/nn/Network.h"
#include "core/optim/Optimizer.h"
#include "core/train/Experiment.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// Names of the model's tensors begin with it; the rest is as in a checkpoint.
inline constexpr std::string_view resume_model_prefix = "model.";

/// A resume file as read: safetensors with the model ("model.…"), the optimizer ("optimizer.first", "optimizer.second"
/// in the arena's layout, "optimizer.updates"), and in the metadata the recipe in force, step, position in the data,
/// planned epochs and the log of changes. A value; recipe.epochs and position may be changed to plan on.
struct ResumeFile {
    std::string file_name;
    Recipe recipe;
    RunPosition position;
    std::int64_t train_images = 0;
    std::vector<nn::StateTensor<float>> model;
    optim::OptimizerState<float> optimizer;
    io::TensorMetadata extra;  ///< what the writer added
};

/// The bytes of a resume file. Keys of `extra` must not begin with "normscope.".
std::vector<std::byte> resume_bytes(const Experiment& experiment, const io::TensorMetadata& extra = {});
/// Writes them. Throws InputError or WorkError as io::AtomicFile does.
void save_resume_file(const Experiment& experiment, const io::TensorMetadata& extra, const std::filesystem::path& path);

/// True for the bytes of a resume file, false for those of another safetensors file. Throws InputError for all others.
bool holds_run(std::span<const std::byte> bytes, std::string_view file_name);

/// Reads and checks one. Throws InputError with the file's name: missing, cut, damaged, a file of another kind.
ResumeFile load_resume_file(const std::filesystem::path& path);
ResumeFile parse_resume_file(std::span<const std::byte> bytes, std::string_view file_name);

/// The experiment as it was saved. Throws InputError if the data hold another number of images, or make another
/// network than the file's.
Experiment restore_experiment(const ResumeFile& file, DataSplit data);

}  // namespace normscope
