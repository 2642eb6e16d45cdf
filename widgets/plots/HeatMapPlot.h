// Channels × steps as colours.
#pragma once

#include "widgets/plots/HoverChart.h"
#include "widgets/plots/StepGrid.h"
#include "widgets/theme/ColorMap.h"

#include <QImage>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace normscope::widgets {

class HeatMapImage;

/// One line of the map, from top to bottom.
struct HeatMapRow {
    int id = 0;             ///< what rowActivated() tells
    QString name;           ///< in the readout and the CSV file
    QString label;          ///< at the axis, where there is room
    bool selected = false;  ///< a bar at the left edge
    QString mark = {};      ///< why a cross stands at the left edge; empty for none
};

struct HeatMapData {
    std::vector<HeatMapRow> rows;
    StepGrid grid;
    std::vector<float> cells;  ///< rows × grid.count; NaN: nothing there, infinite: not a finite number
    ColorMapKind colors = ColorMapKind::Sequential;
    /// Colours follow the logarithm; cells of 0 or less then have the lowest.
    bool logarithmic = false;
};

/// Colours span the values but for a hundredth at either end, which get the end's colour; around 0 in a diverging map.
/// The wheel zooms the steps, double click or Esc shows all of them. Click or Enter activates a row.
class HeatMapPlot : public HoverChart {
    Q_OBJECT

   public:
    /// The exact value of a row (by id) at a step, as text.
    using Reader = std::function<QString(int id, std::int64_t step)>;

    explicit HeatMapPlot(Theme& theme, QWidget* parent = nullptr);

    void setData(HeatMapData data);
    const HeatMapData& data() const { return m_data; }
    void setReader(Reader reader) { m_reader = std::move(reader); }
    /// A line at the cursor's step of another plot.
    void setCursor(std::optional<double> step);
    /// A dashed line at the step on view; nothing while the newest is.
    void setViewedStep(std::optional<std::int64_t> step);

    /// The steps wanted: zoomed, or nothing for all.
    std::optional<std::pair<std::int64_t, std::int64_t>> zoomedSteps() const { return m_zoom; }
    /// Columns that fit: one a pixel.
    int pixelColumns() const;
    /// Values at the ends of the colours.
    std::pair<double, double> colorRange() const { return m_range; }
    /// The cell's colour as drawn.
    QColor colorOf(int row, int column) const;
    /// In pixels of chart(): for tests and for what stands beside.
    QRectF cellRect(int row, int column) const;

    QByteArray csv() override;

   signals:
    void rowActivated(int id, bool add);
    void cursorMoved(double step);
    void cursorLeft();
    /// Other steps are wanted: setData() with a grid for zoomedSteps().
    void zoomChanged();

   protected:
    void draw() override;
    bool isEmpty() const override;
    void hoverAt(const QPointF& at) override;
    void hoverEnded() override;
    void clickedAt(const QPointF& at, Qt::KeyboardModifiers modifiers) override;
    void doubleClicked() override;
    bool wheelTurned(const QPointF& at, double notches) override;
    bool keyPressed(int key, Qt::KeyboardModifiers modifiers) override;
    void resizeEvent(QResizeEvent* event) override;

   private:
    friend class HeatMapImage;
    void findRange();
    void drawImage();
    void drawScale();
    void labelRows();
    void pointAt(int row, std::int64_t step);
    void zoom(std::int64_t around, double factor);
    std::optional<std::pair<int, std::int64_t>> placeAt(const QPointF& at) const;
    double scaled(double value) const;
    QRgb colorFor(float value, int x, int y) const;
    float cell(int row, int column) const;

    HeatMapData m_data;
    Reader m_reader;
    QImage m_image;
    std::array<QRgb, 256> m_table{};
    std::pair<double, double> m_range{0, 1};
    std::optional<std::pair<std::int64_t, std::int64_t>> m_zoom;
    std::optional<std::int64_t> m_viewed;
    std::int64_t m_lastKnown = 1;
    int m_row = 0;  ///< of the keyboard
    std::int64_t m_step = 0;
    QCPColorScale* m_scale;
    HeatMapImage* m_item;
};

}  // namespace normscope::widgets
