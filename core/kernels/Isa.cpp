#include "core/kernels/Isa.h"

#include "core/kernels/Targets.h"

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace normscope::kernels {
namespace {

struct Isa {
    std::int64_t target;
    const char* name;
};

/// Best first, as Highway numbers them.
constexpr std::array isas {
#if HWY_ARCH_X86
    Isa{HWY_AVX3, "AVX-512"}, Isa{HWY_AVX2, "AVX2"}, Isa{HWY_SSE4, "SSE4"},
#elif HWY_ARCH_ARM
    Isa{HWY_NEON, "NEON"},
#endif
        Isa {
        HWY_EMU128 | HWY_SCALAR, "portable"
    }
};

/// What the processor has and the kernels are compiled for.
std::int64_t supported_targets() {
    return (hwy::SupportedTargets() | HWY_EMU128 | HWY_SCALAR) & HWY_TARGETS;
}

bool is_available(const Isa& isa) {
    return (isa.target & supported_targets()) != 0;
}

}  // namespace

std::vector<std::string> available_isas() {
    std::vector<std::string> names;
    for (const Isa& isa : isas) {
        if (is_available(isa)) names.emplace_back(isa.name);
    }
    return names;
}

std::string current_isa() {
    if (!hwy::GetChosenTarget().IsInitialized()) hwy::GetChosenTarget().Update(supported_targets());
    const std::size_t index = hwy::GetChosenTarget().GetIndex();
    for (const Isa& isa : isas) {
        const auto bits = HWY_CHOSEN_TARGET_SHIFT(isa.target) & HWY_CHOSEN_TARGET_MASK_TARGETS;
        if (bits != 0 && hwy::Num0BitsBelowLS1Bit_Nonzero64(static_cast<std::uint64_t>(bits)) == index) {
            return isa.name;
        }
    }
    return "portable";
}

void use_isa(std::string_view name) {
    std::string known;
    for (const Isa& isa : isas) {
        if (!is_available(isa)) continue;
        if (name == isa.name) {
            hwy::GetChosenTarget().Update(isa.target);
            return;
        }
        known += (known.empty() ? "" : ", ") + std::string(isa.name);
    }
    throw std::invalid_argument("there is no instruction set '" + std::string(name) +
                                "'; this processor has: " + known);
}

}  // namespace normscope::kernels
