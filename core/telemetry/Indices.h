// Strong index types: a layer, a channel, a step and a series cannot be mixed up.
#pragma once

#include <cstdint>

namespace normscope {

/// A zero-based position that only compares with positions of its own kind.
template <class Tag>
struct Index {
    std::int64_t value = 0;
    // Not <=>: moc of Qt 6.4 cannot parse libstdc++ 12's <compare> as the first standard header.
    friend constexpr bool operator==(Index a, Index b) { return a.value == b.value; }
    friend constexpr bool operator<(Index a, Index b) { return a.value < b.value; }
    friend constexpr bool operator>(Index a, Index b) { return a.value > b.value; }
    friend constexpr bool operator<=(Index a, Index b) { return a.value <= b.value; }
    friend constexpr bool operator>=(Index a, Index b) { return a.value >= b.value; }
};

/// Position of a layer in the network, in forward order.
using LayerIndex = Index<struct LayerTag>;
/// Channel of a feature map.
using ChannelIndex = Index<struct ChannelTag>;
/// Number of optimizer updates done; the first training step records step 1.
using StepIndex = Index<struct StepTag>;
/// Column of a SeriesSchema.
using SeriesIndex = Index<struct SeriesTag>;

}  // namespace normscope
