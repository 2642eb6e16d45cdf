// The colour scales of maps, with numbers.
#pragma once

#include "widgets/maps/FeatureMapCard.h"

#include <QWidget>

namespace normscope::widgets {

/// Title and scale of each stage: side by side above the columns of a table, else one across.
class MapScaleBar : public QWidget {
    Q_OBJECT

   public:
    static constexpr int barHeight = 44;

    MapScaleBar(const Theme& theme, const FeatureMapContent& content, const MapSheet& sheet, QWidget* parent);

    /// As on the screen, for columns of this width.
    void paintScales(QPainter& painter, int width) const;

   protected:
    void paintEvent(QPaintEvent* event) override;

   private:
    void paintStage(QPainter& painter, const FeatureMapContent::Stage& stage, const QRect& area) const;

    const Theme& m_theme;
    const FeatureMapContent& m_content;
    const MapSheet& m_sheet;
};

}  // namespace normscope::widgets
