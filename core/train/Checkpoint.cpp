#include "core/train/Checkpoint.h"

#include "core/Error.h"
#include "core/Version.h"
#include "core/io/AtomicFile.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/ExactText.h"
#include "core/train/ResumeFile.h"

#include <cmath>
#include <cstring>
#include <span>

namespace normscope {
namespace {

constexpr std::size_t most_channels_named = 8;

/// "channels 3, 5 and 12 more" of those values that `is_bad`, along PyTorch's first dimension; "" for none.
template <class Predicate>
std::string bad_channels(const nn::StateTensor<float>& tensor, Predicate is_bad) {
    if (tensor.dims.empty() || tensor.dims[0] == 0) return {};
    const std::size_t per_channel = tensor.values.size() / static_cast<std::size_t>(tensor.dims[0]);
    std::string list;
    std::size_t named = 0, more = 0, last = tensor.values.size();
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        const std::size_t channel = i / per_channel;
        if (!is_bad(tensor.values[i]) || channel == last) continue;
        last = channel;
        if (named == most_channels_named) {
            ++more;
            continue;
        }
        list += (named++ == 0 ? "" : ", ") + std::to_string(channel);
    }
    if (more > 0) list += " and " + std::to_string(more) + " more";
    if (list.empty()) return {};
    return (named + more == 1 ? "channel " : "channels ") + list;
}

void warn_of_values(const nn::StateTensor<float>& tensor, std::vector<std::string>& notes) {
    const auto dot = tensor.name.rfind('.');
    const std::string layer = tensor.name.substr(0, dot == std::string::npos ? 0 : dot);
    const std::string what = dot == std::string::npos ? tensor.name : tensor.name.substr(dot + 1);
    const std::string of_layer = what + " of layer '" + layer + "', ";
    const auto note = [&](const std::string& channels, const std::string& fault) {
        if (!channels.empty()) notes.push_back(of_layer + channels + ", is " + fault + ".");
    };
    if (tensor.is_count) {
        if (tensor.count < 0) notes.push_back(what + " of layer '" + layer + "' is negative.");
        return;
    }
    note(bad_channels(tensor, [](float value) { return std::isnan(value); }), "not a number (NaN)");
    note(bad_channels(tensor, [](float value) { return std::isinf(value); }), "infinite");
    if (what == "running_var") {
        note(bad_channels(tensor, [](float value) { return value < 0 && std::isfinite(value); }), "negative");
    }
}

}  // namespace

std::vector<io::TensorEntry> tensor_entries(const std::vector<nn::StateTensor<float>>& state, std::string_view prefix) {
    std::vector<io::TensorEntry> entries;
    for (const auto& tensor : state) {
        const auto bytes =
            tensor.is_count ? std::as_bytes(std::span(&tensor.count, 1)) : std::as_bytes(std::span(tensor.values));
        entries.push_back({.name = std::string(prefix) + tensor.name,
                           .type = tensor.is_count ? io::TensorType::i64 : io::TensorType::f32,
                           .dims = tensor.dims,
                           .bytes = bytes});
    }
    return entries;
}

nn::StateTensor<float> state_tensor(const io::TensorEntry& entry) {
    nn::StateTensor<float> tensor{.name = entry.name, .dims = entry.dims};
    tensor.is_count = entry.type == io::TensorType::i64 && entry.dims.empty();
    if (tensor.is_count) {
        std::memcpy(&tensor.count, entry.bytes.data(), sizeof tensor.count);
    } else {
        for (const double value : io::values_of(entry)) tensor.values.push_back(static_cast<float>(value));
    }
    return tensor;
}

std::vector<std::byte> checkpoint_bytes(const Experiment& experiment) {
    return checkpoint_bytes(experiment.network(), experiment.recipe(), experiment.step(),
                            describe(*experiment.data().train));
}

std::vector<std::byte> checkpoint_bytes(const nn::Network<float>& network, const Recipe& recipe,
                                        std::optional<StepIndex> step, const DataDescription& data) {
    const auto state = network.state();
    io::TensorMetadata metadata{{"format", "pt"},
                                {"normscope.recipe", to_json(recipe)},
                                {"normscope.data", to_json(data)},
                                {"normscope.version", std::string(version())}};
    if (step) metadata["normscope.step"] = std::to_string(step->value);
    return io::serialize(tensor_entries(state), metadata);
}

void save_checkpoint(const Experiment& experiment, const std::filesystem::path& path) {
    io::write_file(path, checkpoint_bytes(experiment));
}

ModelState load_model_state(const std::filesystem::path& path) {
    return parse_model_state(io::read_file(path, max_checkpoint_bytes), path.native());
}

ModelState parse_model_state(std::span<const std::byte> bytes, std::string_view file_name) {
    const auto content = io::parse_safetensors(bytes, file_name);
    ModelState state{.file_name = std::string(file_name), .tensors = {}, .recipe = {}, .step = {}, .data = {}};
    const bool is_resume_file = content.metadata.contains("normscope.resume");
    for (const auto& entry : content.tensors) {
        nn::StateTensor<float> tensor = state_tensor(entry);
        if (is_resume_file) {
            if (!tensor.name.starts_with(resume_model_prefix)) continue;
            tensor.name.erase(0, resume_model_prefix.size());
        }
        state.tensors.push_back(std::move(tensor));
    }
    const auto recipe = content.metadata.find("normscope.recipe");
    if (recipe != content.metadata.end()) {
        state.recipe = parse_recipe(recipe->second, std::string(file_name) + ", recipe in the metadata");
    }
    const auto step = content.metadata.find("normscope.step");
    if (step != content.metadata.end()) {
        state.step = StepIndex{exact_integer(step->second, std::string(file_name) + ", normscope.step")};
    }
    const auto data = content.metadata.find("normscope.data");
    if (data != content.metadata.end()) {
        state.data = parse_data_description(data->second, std::string(file_name) + ", normscope.data");
    }
    return state;
}

std::vector<std::string> apply_model_state(const ModelState& state, nn::Network<float>& network) {
    std::vector<std::string> notes;
    try {
        for (const auto& name : network.load_state(state.tensors)) {
            notes.push_back("'" + name + "' is not in the file and counts as 0.");
        }
    } catch (const InputError& error) {
        throw InputError(io::in_quotes(state.file_name) + ": " + error.what());
    }
    for (const auto& tensor : network.state()) warn_of_values(tensor, notes);
    return notes;
}

}  // namespace normscope
