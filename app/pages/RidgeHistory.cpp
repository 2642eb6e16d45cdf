#include "app/pages/RidgeHistory.h"

#include <algorithm>
#include <utility>

namespace normscope::app {

using widgets::RidgeRow;

void RidgeHistory::add(RidgeRow row) {
    const auto at = std::ranges::lower_bound(m_rows, row.step, {}, &RidgeRow::step);
    if (at != m_rows.end() && at->step == row.step) {
        *at = std::move(row);
        return;
    }
    m_rows.insert(at, std::move(row));
    if (m_rows.size() <= m_most) return;
    std::size_t dense = 1;
    const auto gap = [this](std::size_t i) { return m_rows[i + 1].step - m_rows[i - 1].step; };
    for (std::size_t i = 2; i + 1 < m_rows.size(); ++i) {
        if (gap(i) < gap(dense)) dense = i;
    }
    m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(dense));
}

void RidgeHistory::forgetAfter(std::int64_t step) {
    std::erase_if(m_rows, [step](const RidgeRow& row) { return row.step > step; });
}

}  // namespace normscope::app
