#include "app/models/SelectionModel.h"

namespace normscope::app {

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

void SelectionModel::clear() {
    m_layer.reset();
    m_channels.clear();
    m_cursorStep.reset();
}

}  // namespace normscope::app
