#include "app/models/ScaleHistory.h"

#include <map>
#include <utility>

namespace normscope::app {

using instruments::ActivationScale;
using telemetry::Statistic;

namespace {

/// In the order in which valuesOf() gives the values.
std::shared_ptr<const telemetry::SeriesSchema> schemaOf(const ActivationScale& scale) {
    auto schema = std::make_shared<telemetry::SeriesSchema>();
    for (const instruments::LayerScale& layer : scale.layers) {
        for (const Statistic statistic :
             {Statistic::activation_rms, Statistic::gradient_rms, Statistic::saturated_share}) {
            schema->add(statistic, layer.name, layer.layer);
        }
    }
    std::map<LayerIndex, std::int64_t> counts;
    for (const instruments::ParameterScale& parameter : scale.parameters) {
        const LayerIndex layer = ScaleHistory::layerOf(scale, parameter.name).value_or(LayerIndex{-1});
        schema->add(Statistic::update_ratio, parameter.name, layer, ChannelIndex{counts[layer]++});
    }
    return schema;
}

std::vector<float> valuesOf(const ActivationScale& scale) {
    std::vector<float> values;
    for (const instruments::LayerScale& layer : scale.layers) {
        for (const double value : {layer.rms, layer.gradient_rms, layer.saturated}) {
            values.push_back(static_cast<float>(value));
        }
    }
    for (const instruments::ParameterScale& parameter : scale.parameters) {
        values.push_back(static_cast<float>(parameter.update_ratio));
    }
    return values;
}

}  // namespace

std::optional<LayerIndex> ScaleHistory::layerOf(const ActivationScale& scale, const std::string& parameter) {
    const std::string layer = parameter.substr(0, parameter.rfind('.'));
    for (const instruments::LayerScale& one : scale.layers) {
        if (one.name == layer) return one.layer;
    }
    return std::nullopt;
}

void ScaleHistory::add(std::uint64_t run, StepIndex step, ActivationScale found) {
    if (!m_series || run != m_run) m_series.emplace(schemaOf(found));
    m_run = run;
    m_series->insert(step, valuesOf(found));
    m_newest = std::move(found);
    m_newestStep = step;
}

void ScaleHistory::truncateAfter(StepIndex step) {
    if (m_series) m_series->truncateAfter(step);
}

void ScaleHistory::clear() {
    *this = {};
}

}  // namespace normscope::app
