// Running statistics before a step that may fail.
#pragma once

#include "core/nn/Network.h"

#include <cstdint>
#include <vector>

namespace normscope {

/// A copy of the buffers of a network's batch norm layers (running statistics and their counters). Batches change them before it is known that
/// all of a step can be done.
class BufferBackup {
   public:
    void take(const nn::Network<float>& network);
    /// Puts them back into the network they were taken from.
    void restore(const nn::Network<float>& network) const;

   private:
    std::vector<float> m_values;
    std::vector<std::int64_t> m_counts;
};

}  // namespace normscope
