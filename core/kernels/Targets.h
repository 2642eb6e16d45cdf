// Which instruction sets the kernels are compiled for. Include before any header of Highway.
#pragma once

// Processors with SSSE3 alone are rare and AVX3_DL adds nothing for floats. SVE and RVV have vectors of
// unknown size, of which there are no arrays: accumulators are arrays.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
