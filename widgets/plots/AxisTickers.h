// Round-number ticks with short labels.
#pragma once

#include "widgets/plots/QCustomPlotInclude.h"

namespace normscope::widgets {

/// Whole steps, thousands grouped.
class StepTicker : public QCPAxisTicker {
   protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double tickStep) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) override;
};

/// Values, all with the decimals the tick distance needs; powers of ten where that would be long.
class ValueTicker : public QCPAxisTicker {
   public:
    /// Characters of the longest label of the last range.
    int longestLabel() const { return m_longest; }

   protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double tickStep) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) override;

   private:
    double m_step = 1;
    double m_largest = 1;
    int m_longest = 0;
};

}  // namespace normscope::widgets
