#include "core/train/BufferBackup.h"

#include <algorithm>

namespace normscope {

void BufferBackup::take(const nn::Network<float>& network) {
    m_values.clear();
    m_counts.clear();
    for (nn::Module<float>* layer : network.leaves()) {
        for (const auto& buffer : layer->buffers()) {
            m_values.insert(m_values.end(), buffer.value.begin(), buffer.value.end());
            if (buffer.count) m_counts.push_back(*buffer.count);
        }
    }
}

void BufferBackup::restore(const nn::Network<float>& network) const {
    auto value = m_values.begin();
    auto count = m_counts.begin();
    for (nn::Module<float>* layer : network.leaves()) {
        for (const auto& buffer : layer->buffers()) {
            const auto size = static_cast<std::ptrdiff_t>(buffer.value.size());
            std::copy(value, value + size, buffer.value.begin());
            value += size;
            if (buffer.count) *buffer.count = *count++;
        }
    }
}

}  // namespace normscope
