#include "core/train/ResumeFile.h"

#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/Json.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"
#include "core/telemetry/Hyperparameter.h"
#include "core/train/Checkpoint.h"
#include "core/train/DataDescription.h"
#include "core/train/ExactText.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace normscope {
namespace {

constexpr std::string_view version_key = "normscope.resume";
constexpr std::string_view own_keys = "normscope.";
constexpr std::int64_t most_planned_epochs = std::int64_t{1} << 40;  // exact as a double
constexpr std::string_view first_name = "optimizer.first";
constexpr std::string_view second_name = "optimizer.second";
constexpr std::string_view updates_name = "optimizer.updates";

/// [[step, key, value], …]; null for an unset value.
std::string changes_to_json(const std::vector<SettingChange>& changes) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& change : changes) {
        const auto value =
            std::isnan(change.value) ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(change.value);
        list.push_back({change.step.value, change.key, value});
    }
    return list.dump();
}

template <class T>
io::TensorEntry vector_entry(std::string_view name, io::TensorType type, std::span<const T> values) {
    return {.name = std::string(name),
            .type = type,
            .dims = {static_cast<std::int64_t>(values.size())},
            .bytes = std::as_bytes(values)};
}

/// Reads the metadata, naming the file in every refusal.
class MetadataReader {
   public:
    MetadataReader(const io::TensorMetadata& metadata, std::string_view file_name)
        : m_metadata(metadata), m_file_name(file_name) {}

    const std::string& text(std::string_view key) const {
        const auto found = m_metadata.find(std::string(key));
        if (found == m_metadata.end()) refuse("the metadata lack " + std::string(key));
        return found->second;
    }
    std::int64_t integer(std::string_view key, std::int64_t maximum = std::numeric_limits<std::int64_t>::max()) const {
        const std::int64_t value = exact_integer(text(key), m_file_name + ", " + std::string(key));
        if (value > maximum) refuse(std::string(key) + " must not exceed " + std::to_string(maximum));
        return value;
    }
    std::vector<SettingChange> changes(std::string_view key, StepIndex last) const {
        const auto list = io::parse_json(text(key), m_file_name + ", " + std::string(key));
        if (!list.is_array()) refuse(std::string(key) + " is not a list");
        std::vector<SettingChange> changes;
        for (const auto& item : list) {
            if (!item.is_array() || item.size() != 3 || !item[0].is_number_integer() || !item[1].is_string() ||
                !(item[2].is_number() || item[2].is_null())) {
                refuse(std::string(key) + " holds an entry that is not [step, key, value]");
            }
            const double value = item[2].is_null() ? std::numeric_limits<double>::quiet_NaN() : item[2].get<double>();
            changes.push_back({StepIndex{item[0].get<std::int64_t>()}, item[1].get<std::string>(), value});
            const StepIndex before = changes.size() > 1 ? changes[changes.size() - 2].step : StepIndex{0};
            check_change(changes.back(), before, last);
        }
        return changes;
    }
    [[noreturn]] void refuse(const std::string& reason) const {
        throw InputError(io::in_quotes(m_file_name) + " cannot be resumed: " + reason + ".");
    }

   private:
    void check_change(const SettingChange& change, StepIndex before, StepIndex last) const {
        if (change.step < before || change.step > last) refuse("its log of changes is not in the order of steps");
        if (change.key == planned_epochs_key) {
            if (!(change.value >= 1 && change.value <= static_cast<double>(most_planned_epochs))) {
                refuse("its log of changes plans no possible number of epochs");
            }
            return;
        }
        const auto* spec = telemetry::find_hyperparameter(change.key);
        if (!spec) refuse("its log changes " + io::in_quotes(change.key, 80) + ", which is no setting");
        if (const auto reason = telemetry::reason_to_refuse(*spec, change.value)) refuse("in its log, " + *reason);
    }

    const io::TensorMetadata& m_metadata;
    std::string m_file_name;
};

void read_optimizer_tensor(const io::TensorEntry& entry, optim::OptimizerState<float>& state,
                           const MetadataReader& metadata) {
    const auto copy = [&](auto& values, io::TensorType type) {
        if (entry.type != type || entry.dims.size() != 1) metadata.refuse("'" + entry.name + "' has another type");
        values.resize(entry.bytes.size() / sizeof(values[0]));
        if (!values.empty()) std::memcpy(values.data(), entry.bytes.data(), entry.bytes.size());
    };
    if (entry.name == first_name) return copy(state.first, io::TensorType::f32);
    if (entry.name == second_name) return copy(state.second, io::TensorType::f32);
    if (entry.name == updates_name) return copy(state.updates, io::TensorType::i64);
    metadata.refuse("it holds " + io::in_quotes(entry.name, 200) + ", which belongs to no model and no optimizer");
}

void check_optimizer(const ResumeFile& file, const nn::ParameterArena<float>& parameters) {
    const auto fits = [](std::size_t size, std::size_t wanted) { return size == 0 || size == wanted; };
    const auto& state = file.optimizer;
    const std::size_t values = parameters.values().size();
    if (fits(state.first.size(), values) && fits(state.second.size(), values) &&
        fits(state.updates.size(), parameters.parameters().size())) {
        return;
    }
    throw InputError(io::in_quotes(file.file_name) + " cannot be resumed: its optimizer remembers " +
                     std::to_string(state.first.size()) + " values of " + std::to_string(state.updates.size()) +
                     " parameters, and the network has " + std::to_string(values) + " of " +
                     std::to_string(parameters.parameters().size()) + ".");
}

}  // namespace

std::vector<std::byte> resume_bytes(const Experiment& experiment, const io::TensorMetadata& extra) {
    const RunPosition position = experiment.position();
    io::TensorMetadata metadata = extra;
    for (const auto& [key, text] : extra) {
        if (key.starts_with(own_keys)) throw std::invalid_argument("metadata key '" + key + "' is taken");
    }
    metadata[std::string(version_key)] = "1";
    metadata["normscope.recipe"] = to_json(experiment.recipe());
    metadata["normscope.step"] = std::to_string(position.step.value);
    metadata["normscope.epoch"] = std::to_string(position.sampler.epoch);
    metadata["normscope.position"] = std::to_string(position.sampler.position);
    metadata["normscope.planned_epochs"] = std::to_string(position.planned_epochs);
    metadata["normscope.changes"] = changes_to_json(position.changes);
    metadata["normscope.data"] = to_json(describe(*experiment.data().train));
    metadata["normscope.train_images"] = std::to_string(experiment.data().train->size());

    const auto model = experiment.network().state();
    const auto& optimizer = experiment.optimizer().state();
    auto entries = tensor_entries(model, resume_model_prefix);
    entries.push_back(vector_entry<float>(first_name, io::TensorType::f32, optimizer.first));
    entries.push_back(vector_entry<float>(second_name, io::TensorType::f32, optimizer.second));
    entries.push_back(vector_entry<std::int64_t>(updates_name, io::TensorType::i64, optimizer.updates));
    return io::serialize(entries, metadata);
}

void save_resume_file(const Experiment& experiment, const io::TensorMetadata& extra,
                      const std::filesystem::path& path) {
    io::write_file(path, resume_bytes(experiment, extra));
}

bool holds_run(std::span<const std::byte> bytes, std::string_view file_name) {
    return io::parse_safetensors(bytes, file_name).metadata.contains(std::string(version_key));
}

ResumeFile load_resume_file(const std::filesystem::path& path) {
    return parse_resume_file(io::read_file(path, max_checkpoint_bytes), path.native());
}

ResumeFile parse_resume_file(std::span<const std::byte> bytes, std::string_view file_name) {
    const auto content = io::parse_safetensors(bytes, file_name);
    const MetadataReader metadata(content.metadata, file_name);
    if (!content.metadata.contains(std::string(version_key))) {
        metadata.refuse("it is a checkpoint of a model, not the state of a run");
    }
    if (metadata.integer(version_key) != 1) metadata.refuse("it was written by a newer version of NormScope");

    ResumeFile file;
    file.file_name = file_name;
    file.recipe = parse_recipe(metadata.text("normscope.recipe"), file.file_name + ", recipe in the metadata");
    file.position.step = StepIndex{metadata.integer("normscope.step")};
    file.position.sampler = {metadata.integer("normscope.epoch"), metadata.integer("normscope.position")};
    file.position.planned_epochs = metadata.integer("normscope.planned_epochs", most_planned_epochs);
    file.position.changes = metadata.changes("normscope.changes", file.position.step);
    file.train_images = metadata.integer("normscope.train_images");
    if (file.position.planned_epochs < 1) metadata.refuse("it plans no epoch");
    for (const auto& [key, text] : content.metadata) {
        if (!key.starts_with(own_keys)) file.extra.emplace(key, text);
    }
    for (const auto& entry : content.tensors) {
        if (entry.name.starts_with(resume_model_prefix)) {
            file.model.push_back(state_tensor(entry));
            file.model.back().name.erase(0, resume_model_prefix.size());
        } else {
            read_optimizer_tensor(entry, file.optimizer, metadata);
        }
    }
    return file;
}

Experiment restore_experiment(const ResumeFile& file, DataSplit data) {
    const auto images = data.train ? data.train->size() : 0;
    if (images != file.train_images) {
        throw InputError(io::in_quotes(file.file_name) + " cannot be resumed: its run has " +
                         std::to_string(file.train_images) + " training images, and the data set now holds " +
                         std::to_string(images) + ".");
    }
    Experiment experiment(file.recipe, std::move(data));
    try {
        const auto counted_as_zero = experiment.network().load_state(file.model);
        if (!counted_as_zero.empty()) throw InputError("it lacks '" + counted_as_zero.front() + "'.");
        experiment.set_position(file.position);
    } catch (const InputError& error) {
        throw InputError(io::in_quotes(file.file_name) + " cannot be resumed: " + error.what());
    }
    check_optimizer(file, experiment.network().parameters());
    experiment.optimizer().set_state(file.optimizer);
    return experiment;
}

}  // namespace normscope
