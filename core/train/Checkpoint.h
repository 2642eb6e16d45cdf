// A model's state as a file that PyTorch reads, and back.
#pragma once

#include "core/io/Safetensors.h"
#include "core/nn/Network.h"
#include "core/train/DataDescription.h"
#include "core/train/Experiment.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace normscope {

/// Writes parameters and buffers as safetensors with PyTorch's names, shapes and order; the recipe,
/// the step, what the data are and the version of this program stand in the metadata. Throws InputError or WorkError as
/// io::AtomicFile does.
void save_checkpoint(const Experiment& experiment, const std::filesystem::path& path);
/// The bytes of that file.
std::vector<std::byte> checkpoint_bytes(const Experiment& experiment);
std::vector<std::byte> checkpoint_bytes(const nn::Network<float>& network, const Recipe& recipe,
                                        std::optional<StepIndex> step, const DataDescription& data);

/// What a checkpoint holds, not yet compared with a network.
struct ModelState {
    std::string file_name;
    std::vector<nn::StateTensor<float>> tensors;
    std::optional<Recipe> recipe;         ///< of checkpoints that NormScope saved
    std::optional<StepIndex> step;        ///< likewise
    std::optional<DataDescription> data;  ///< likewise
};

/// Reads a safetensors file of ours (resume files included) or of PyTorch's. Doubles are rounded to float. Throws
/// InputError if the file is missing, damaged or of another kind, or if its metadata are.
ModelState load_model_state(const std::filesystem::path& path);
/// The same from bytes; `file_name` is for messages.
ModelState parse_model_state(std::span<const std::byte> bytes, std::string_view file_name);

/// Gives the network this state. Throws InputError that lists every missing, unexpected and misshaped tensor; then the
/// network is unchanged. Returns sentences about what was taken over although it should be looked at: a
/// num_batches_tracked that is missing (PyTorch before 0.4.1), values that are NaN, infinite or (variances) negative,
/// by layer and channel.
std::vector<std::string> apply_model_state(const ModelState& state, nn::Network<float>& network);

/// The tensors of a state for io::serialize(), each name behind `prefix`; their bytes stay in `state`.
std::vector<io::TensorEntry> tensor_entries(const std::vector<nn::StateTensor<float>>& state,
                                            std::string_view prefix = {});
/// A tensor of a file as a state's. An int64 scalar becomes a count.
nn::StateTensor<float> state_tensor(const io::TensorEntry& entry);

/// Files larger than this are refused before they are read.
inline constexpr std::uint64_t max_checkpoint_bytes = std::uint64_t{4} << 30;

}  // namespace normscope
