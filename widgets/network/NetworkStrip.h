// The network as a row of blocks; norm layers can be selected.
#pragma once

#include "core/telemetry/Indices.h"
#include "core/telemetry/RunDescription.h"
#include "widgets/network/LayerBlock.h"

#include <QScrollArea>

#include <optional>
#include <vector>

namespace normscope::widgets {

/// Click, Tab, arrow keys, Home and End go to norm layers only. Blocks get narrower when there is little
/// room and the row scrolls when that is not enough. A LayerIndex is a position in setLayers()'s list.
class NetworkStrip : public QScrollArea {
    Q_OBJECT

   public:
    explicit NetworkStrip(Theme& theme, QWidget* parent = nullptr);

    /// Replaces the network; nothing is selected.
    void setLayers(const std::vector<telemetry::LayerDescription>& layers);
    /// Null if there is none.
    LayerBlock* block(LayerIndex layer) const;
    std::optional<LayerIndex> selectedLayer() const { return m_selected; }
    /// Ignored for layers that have no health mark.
    void setHealth(LayerIndex layer, Health health);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

   public slots:
    /// Selects without a signal; ignores what is not a norm layer.
    void selectLayer(normscope::LayerIndex layer);
    /// Where a pass in slow motion stands, any layer; nothing when it is over.
    void showReached(std::optional<normscope::LayerIndex> layer);
    /// Where the first value that is not finite arose, any layer; nothing while all is well.
    void showOrigin(std::optional<normscope::LayerIndex> layer);

   signals:
    /// The user chose a norm layer.
    void layerActivated(normscope::LayerIndex layer);

   protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    void activate(LayerIndex layer);
    /// The next norm layer in the direction `by` (±1) from `from`, if there is one.
    std::optional<LayerIndex> nextNorm(std::int64_t from, int by) const;
    bool moveSelection(std::int64_t from, int key);
    void arrange();
    void paintConnections();

    Theme& m_theme;
    QWidget* m_row;
    std::vector<LayerBlock*> m_blocks;
    std::optional<LayerIndex> m_selected;
};

}  // namespace normscope::widgets
