// What a network will take in memory, before it is built.
#pragma once

#include "core/nn/Module.h"

#include <string>

namespace normscope::nn {

/// Bytes for training one layer: its parameters with gradients and two optimizer moments, its output and input gradient
/// for a batch, and a convolution's patches. In double, so that nothing overflows.
double training_bytes(const std::string& kind, double parameters, const Shape& input, const Shape& output, double batch,
                      double scalar_size);

/// Bytes of memory in this machine.
double machine_bytes();

/// "312 GB" or "40 MB"; 1 GB is 10^9 bytes.
std::string bytes_text(double bytes);

}  // namespace normscope::nn
