// Distributions kept from several steps.
#pragma once

#include "widgets/plots/RidgePlot.h"

#include <vector>

namespace normscope::app {

/// At most `most` rows in ascending order of steps, spread over the run: when one is too many, the one that leaves the
/// smallest gap goes, never the first and the last.
class RidgeHistory {
   public:
    explicit RidgeHistory(std::size_t most = 16) : m_most(most) {}

    /// A row of a step already there replaces it.
    void add(widgets::RidgeRow row);
    void clear() { m_rows.clear(); }
    /// Forgets what lies behind a step: the run went back.
    void forgetAfter(std::int64_t step);
    const std::vector<widgets::RidgeRow>& rows() const { return m_rows; }

   private:
    std::size_t m_most;
    std::vector<widgets::RidgeRow> m_rows;
};

}  // namespace normscope::app
