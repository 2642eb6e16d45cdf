#include "core/telemetry/TelemetryQueue.h"

#include <utility>

namespace normscope::telemetry {

void TelemetryQueue::push(TelemetryItem item) {
    const std::lock_guard lock(m_mutex);
    m_items.push_back(std::move(item));
}

std::vector<TelemetryItem> TelemetryQueue::drain() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_items, {});
}

}  // namespace normscope::telemetry
