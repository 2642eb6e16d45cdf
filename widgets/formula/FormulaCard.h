// A card of formulas, exported like a plot.
#pragma once

#include "widgets/formula/FormulaView.h"
#include "widgets/plots/PlotCard.h"

namespace normscope::widgets {

class FormulaCard : public PlotCard {
    Q_OBJECT

   public:
    explicit FormulaCard(Theme& theme, QWidget* parent = nullptr);

    FormulaView* view() const { return m_view; }
    /// One row a term: symbol, value with all digits, what it is.
    QByteArray csv() override;

   protected:
    void paintCanvas(QCPPainter& painter, const QSize& size) override;

   private:
    FormulaView* m_view;
};

}  // namespace normscope::widgets
