#include "app/models/SelectionModel.h"

namespace normscope::app {

SelectionModel::SelectionModel(const RunModel& run, QObject* parent) : QObject(parent), m_run(run) {
    connect(&run, &RunModel::runStarted, this, &SelectionModel::followRun);
}

const std::vector<ChannelIndex>& SelectionModel::channels() const {
    static const std::vector<ChannelIndex> first{ChannelIndex{0}};
    if (!m_layer) return first;
    const auto found = m_channels.find(*m_layer);
    return found == m_channels.end() ? first : found->second;
}

void SelectionModel::selectLayer(LayerIndex layer) {
    if (m_layer == layer) return;
    m_layer = layer;
    emit layerChanged();
}

void SelectionModel::selectChannels(const std::vector<ChannelIndex>& channels) {
    if (!m_layer || channels.empty() || channels == this->channels()) return;
    m_channels[*m_layer] = channels;
    emit channelsChanged();
}

void SelectionModel::setCursorStep(std::optional<double> step) {
    if (m_cursorStep == step) return;
    m_cursorStep = step;
    emit cursorStepChanged();
}

void SelectionModel::openMicroscope(const MicroscopeTarget& target) {
    m_target = target;
    selectLayer(target.layer);
    selectChannels({target.channel});
    emit microscopeRequested();
}

void SelectionModel::followRun() {
    const auto& layers = m_run.description()->layers;
    const auto position = [this] { return static_cast<std::size_t>(m_layer->value); };
    if (m_layer && position() < layers.size() && layers[position()].is_norm) return;
    const bool had = m_layer.has_value();
    m_layer.reset();
    m_channels.clear();
    m_cursorStep.reset();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].is_norm) m_layer = LayerIndex{static_cast<std::int64_t>(i)};
    }
    if (had || m_layer) emit layerChanged();
}

}  // namespace normscope::app
