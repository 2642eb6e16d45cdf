// A plot whose axes are not the steps of a run: histograms, scatter plots, heat maps, bars.
#pragma once

#include "widgets/plots/PlotCard.h"
#include "widgets/plots/QCustomPlotInclude.h"

class QTimer;

namespace normscope::widgets {

/// A card around a QCustomPlot in the theme's looks, which a derived class fills in draw(). It is drawn at most once
/// a turn of the event loop, and only while it is visible.
class ChartPlot : public PlotCard {
    Q_OBJECT

   public:
    explicit ChartPlot(Theme& theme, QWidget* parent = nullptr);

    QCustomPlot& chart() { return *m_chart; }
    /// How often it was drawn; for tests.
    int replotCount() const { return m_replotCount; }
    /// Shown instead of the axes while isEmpty().
    void setEmptyText(const QString& text);

   public slots:
    /// The data have changed: draws soon, or when shown next.
    void markDirty();

   protected:
    /// Fills chart() with the data and the colours of theme(), and sets its ranges. Does not replot.
    virtual void draw() = 0;
    virtual bool isEmpty() const = 0;

    void toggleCurve(int index, bool shown) override;
    void prepareExport() override;
    void paintCanvas(QCPPainter& painter, const QSize& size) override;
    void showEvent(QShowEvent* event) override;

   private:
    void refresh();
    void applyTheme();

    QCustomPlot* m_chart;
    QCPItemText* m_notice;
    QTimer* m_refresh;
    QString m_emptyText;
    bool m_dirty = true;
    int m_replotCount = 0;
};

}  // namespace normscope::widgets
