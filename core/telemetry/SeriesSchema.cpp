#include "core/telemetry/SeriesSchema.h"

#include <stdexcept>

namespace normscope::telemetry {

std::string_view name_of(Statistic statistic) {
    switch (statistic) {
        case Statistic::loss: return "loss";
        case Statistic::train_accuracy: return "train_accuracy";
        case Statistic::batch_mean: return "batch_mean";
        case Statistic::batch_var: return "batch_var";
        case Statistic::running_mean: return "running_mean";
        case Statistic::running_var: return "running_var";
        case Statistic::weight: return "weight";
        case Statistic::bias: return "bias";
        case Statistic::eval_accuracy: return "eval_accuracy";
        case Statistic::eval_accuracy_train_mode: return "eval_accuracy_train_mode";
        case Statistic::mode_difference: return "mode_difference";
        case Statistic::population_mean: return "population_mean";
        case Statistic::population_var: return "population_var";
        case Statistic::activation_rms: return "activation_rms";
        case Statistic::gradient_rms: return "gradient_rms";
        case Statistic::saturated_share: return "saturated_share";
        case Statistic::update_ratio: return "update_ratio";
    }
    throw std::logic_error("unknown statistic");
}

bool is_sparse(Statistic statistic) {
    switch (statistic) {
        case Statistic::loss:
        case Statistic::train_accuracy:
        case Statistic::batch_mean:
        case Statistic::batch_var:
        case Statistic::running_mean:
        case Statistic::running_var:
        case Statistic::weight:
        case Statistic::bias: return false;
        default: return true;
    }
}

SeriesIndex SeriesSchema::add(Statistic statistic, std::string_view layer_name, std::optional<LayerIndex> layer,
                              std::optional<ChannelIndex> channel) {
    std::string name(layer_name);
    if (!name.empty()) name += '.';
    name += name_of(statistic);
    if (channel) name += '[' + std::to_string(channel->value) + ']';

    const SeriesIndex index{static_cast<std::int64_t>(m_series.size())};
    if (!is_sparse(statistic) && m_dense_count != m_series.size()) {
        throw std::logic_error("series '" + name + "' is dense but follows a sparse one");
    }
    if (!m_lookup.emplace(key_of(statistic, layer, channel), index).second) {
        throw std::logic_error("series '" + name + "' is in the schema twice");
    }
    m_series.push_back({statistic, layer, channel, std::move(name)});
    if (!is_sparse(statistic)) ++m_dense_count;
    return index;
}

std::optional<SeriesIndex> SeriesSchema::find(Statistic statistic, std::optional<LayerIndex> layer,
                                              std::optional<ChannelIndex> channel) const {
    const auto found = m_lookup.find(key_of(statistic, layer, channel));
    if (found == m_lookup.end()) return std::nullopt;
    return found->second;
}

const SeriesInfo& SeriesSchema::info(SeriesIndex series) const {
    return m_series.at(static_cast<std::size_t>(series.value));
}

SeriesSchema::Key SeriesSchema::key_of(Statistic statistic, std::optional<LayerIndex> layer,
                                       std::optional<ChannelIndex> channel) {
    return {statistic, layer ? layer->value : -1, channel ? channel->value : -1};
}

}  // namespace normscope::telemetry
