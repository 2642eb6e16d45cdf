// A card of feature maps with their colour scales.
#pragma once

#include "widgets/maps/MapSheet.h"
#include "widgets/plots/PlotCard.h"

#include <QStringList>

#include <optional>
#include <vector>

class QLabel;
class QScrollArea;

namespace normscope::widgets {

class MapScaleBar;

/// Maps of one layer and one image.
struct FeatureMapContent {
    /// Of all maps of a stage, e.g. "after BN".
    struct Stage {
        QString title;
        QString key;                    ///< for files, e.g. "after"
        std::optional<MapScale> scale;  ///< shared by its maps; none: each has its own
    };
    std::vector<Stage> stages;
    std::vector<MapCell> cells;  ///< in a table row by row, as many columns as stages
    MapArrangement arrangement = MapArrangement::Flow;
};

/// Scales above, maps that scroll where they would be too small, and a line about the value pointed at below.
class FeatureMapCard : public PlotCard {
    Q_OBJECT

   public:
    explicit FeatureMapCard(Theme& theme, QWidget* parent = nullptr);

    void setContent(FeatureMapContent content);
    const FeatureMapContent& content() const { return m_content; }
    void clear(const QString& reason);
    MapSheet* sheet() const { return m_sheet; }
    /// Two lines about the value pointed at; empty: how to point at one.
    void setReadout(const QString& text);
    QString readout() const;
    /// What is said of each selected channel, one line each, below; shown where maps leave room for it (Table).
    void setSummary(const QStringList& lines);
    const QStringList& summary() const { return m_summaryLines; }

    /// One row a value: channel, stage, row, column, value.
    QByteArray csv() override;

   signals:
    void saveArrayAsked();
    void saveAllAsked();

   protected:
    void paintCanvas(QCPPainter& painter, const QSize& size) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

   private:
    void applyTheme();
    void fit();

    FeatureMapContent m_content;
    QString m_reason;
    QWidget* m_canvas = nullptr;
    MapScaleBar* m_scales;
    QScrollArea* m_scroll;
    MapSheet* m_sheet;
    QLabel* m_readout;
    QLabel* m_summary;
    QStringList m_summaryLines;
};

}  // namespace normscope::widgets
