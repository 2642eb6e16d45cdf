#include "core/train/BufferBackup.h"

#include <algorithm>

namespace normscope {

// Not through buffers(), whose names and shapes take memory at every step.

void BufferBackup::take(const nn::Network<float>& network) {
    m_values.clear();
    m_counts.clear();
    for (const auto& [position, layer] : network.norm_layers()) {
        const nn::BatchNorm2d<float>& norm = *layer;
        for (const std::span<const float> values : {norm.running_mean(), norm.running_var()}) {
            m_values.insert(m_values.end(), values.begin(), values.end());
        }
        m_counts.push_back(norm.num_batches_tracked());
    }
}

void BufferBackup::restore(const nn::Network<float>& network) const {
    auto value = m_values.begin();
    auto count = m_counts.begin();
    for (const auto& [position, norm] : network.norm_layers()) {
        for (const std::span<float> values : {norm->running_mean(), norm->running_var()}) {
            const auto size = static_cast<std::ptrdiff_t>(values.size());
            std::copy(value, value + size, values.begin());
            value += size;
        }
        norm->set_num_batches_tracked(*count++);
    }
}

}  // namespace normscope
