// What the user is looking at: the hub that all pages listen to.
#pragma once

#include "app/models/RunModel.h"
#include "core/telemetry/Indices.h"

#include <QObject>

#include <map>
#include <optional>
#include <vector>

namespace normscope::app {

/// One value of a norm layer, for the Microscope.
struct MicroscopeTarget {
    LayerIndex layer;
    ChannelIndex channel;
    std::int64_t image = 0;  ///< of the batch that the next step takes
    std::int64_t row = 0;    ///< of the layer's feature map
    std::int64_t column = 0;
};

/// Selected norm layer, its channels, and the step under the cursor.
class SelectionModel : public QObject {
    Q_OBJECT

   public:
    /// Follows the run: a new one keeps the selection if its network has that norm layer, else selects
    /// its last norm layer. Make it before what listens to both, so that a page never sees a layer of the
    /// run before.
    explicit SelectionModel(const RunModel& run, QObject* parent = nullptr);

    std::optional<LayerIndex> layer() const { return m_layer; }
    /// Of the selected layer; each layer remembers its own. Never empty while a layer is selected.
    const std::vector<ChannelIndex>& channels() const;
    std::optional<double> cursorStep() const { return m_cursorStep; }
    /// Of the last openMicroscope().
    const std::optional<MicroscopeTarget>& microscopeTarget() const { return m_target; }

   public slots:
    void selectLayer(normscope::LayerIndex layer);
    void selectChannels(const std::vector<normscope::ChannelIndex>& channels);
    void setCursorStep(std::optional<double> step);
    /// Selects the layer and the channel and asks for the Microscope there.
    void openMicroscope(const normscope::app::MicroscopeTarget& target);

   signals:
    void layerChanged();
    void channelsChanged();
    void cursorStepChanged();
    /// microscopeTarget() is to be shown.
    void microscopeRequested();

   private:
    void followRun();

    const RunModel& m_run;
    std::optional<LayerIndex> m_layer;
    std::map<LayerIndex, std::vector<ChannelIndex>> m_channels;
    std::optional<double> m_cursorStep;
    std::optional<MicroscopeTarget> m_target;
};

}  // namespace normscope::app
