#include "core/telemetry/Snapshot.h"

#include <utility>

namespace normscope::telemetry {

void SnapshotSlot::publish(std::shared_ptr<const Snapshot> snapshot) {
    const std::lock_guard lock(m_mutex);
    m_newest.swap(snapshot);
}

std::shared_ptr<const Snapshot> SnapshotSlot::take() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_newest, nullptr);
}

}  // namespace normscope::telemetry
