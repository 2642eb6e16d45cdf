// Vectors of floats for the kernels, once for every instruction set. Include in files that Highway
// compiles for each target, after <hwy/highway.h>.

// Highway's guard: once for every target.
#if defined(NORMSCOPE_KERNELS_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef NORMSCOPE_KERNELS_VECTORS_INL_H
#undef NORMSCOPE_KERNELS_VECTORS_INL_H
#else
#define NORMSCOPE_KERNELS_VECTORS_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace normscope::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using V = hn::Vec<Floats>;
constexpr Floats floats;
constexpr std::int64_t lanes = hn::MaxLanes(floats);

/// Vector registers that accumulators may take, one of them always left for a broadcast.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int vector_registers = 32;
#else
constexpr int vector_registers = 16;
#endif

/// Loads and stores whole vectors …
struct AllLanes {
    HWY_INLINE V load(const float* from) const { return hn::LoadU(floats, from); }
    HWY_INLINE void store(V value, float* to) const { hn::StoreU(value, floats, to); }
};

/// … or the first `count` lanes only, touching no memory beyond. The other lanes are loaded as 0.
struct FirstLanes {
    std::int64_t count;

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
    HWY_INLINE V load(const float* from) const {
        return hn::MaskedLoad(mask(), floats, from);
    }
    HWY_INLINE void store(V value, float* to) const {
        hn::BlendedStore(value, mask(), floats, to);
    }
    HWY_INLINE hn::Mask<Floats> mask() const {
        return hn::FirstN(floats, static_cast<std::size_t>(count));
    }
#else
    // Without masked instructions Highway reads whole vectors.
    HWY_INLINE V load(const float* from) const {
        HWY_ALIGN float copy[lanes] = {};
        std::memcpy(copy, from, static_cast<std::size_t>(count) * sizeof(float));
        return hn::Load(floats, copy);
    }
    HWY_INLINE void store(V value, float* to) const {
        HWY_ALIGN float copy[lanes];
        hn::Store(value, floats, copy);
        std::memcpy(to, copy, static_cast<std::size_t>(count) * sizeof(float));
    }
#endif
};

/// visit(first channel, lanes to work on) for all channels, one vector at a time.
template <class Visit>
HWY_INLINE void for_each_channel_vector(std::int64_t channels, const Visit& visit) {
    std::int64_t c = 0;
    for (; c + lanes <= channels; c += lanes) visit(c, AllLanes{});
    if (c < channels) visit(c, FirstLanes{channels - c});
}

}  // namespace normscope::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NORMSCOPE_KERNELS_VECTORS_INL_H
