// Ticks of an axis on which the logarithms of the values are drawn.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"

namespace normscope::widgets {

/// Coordinates are log10 of the values: powers of ten where the axis spans several, else round values between them.
class DecadeTicker : public QCPAxisTicker {
   public:
    /// How a tick at this coordinate is labelled, e.g. "10⁻³", "0.5", "200".
    static QString labelOf(double logarithm);
    /// Characters of the longest label of the last range.
    int longestLabel() const { return m_longest; }

   protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    int getSubTickCount(double tickStep) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) override;

   private:
    int m_longest = 0;
};

}  // namespace normscope::widgets
