// The norm layers of a checkpoint, whatever its network: what they hold and what is odd about it.
#pragma once

#include "core/io/Safetensors.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace normscope::instruments {

/// Something a reader should look at.
struct Finding {
    std::optional<std::int64_t> channel;  ///< none: the whole layer
    std::string sentence;                 ///< what is wrong, on what numbers
};

/// Over the finite values of one tensor.
struct ValueSummary {
    double minimum = 0;
    double median = 0;
    double maximum = 0;
};

/// A layer with running statistics, by channel. Vectors are empty where the file has no such tensor.
struct InspectedNorm {
    std::string name;  ///< "layer1.0.bn1"
    std::vector<double> running_mean;
    std::vector<double> running_var;
    std::vector<double> weight;  ///< γ
    std::vector<double> bias;    ///< β
    std::optional<std::int64_t> num_batches_tracked;
    std::vector<Finding> findings;

    std::int64_t channels() const { return static_cast<std::int64_t>(running_var.size()); }
};

/// What PyTorch's constructor sets unless told otherwise; a state dict does not hold them.
struct AssumedOptions {
    double eps = 1e-5;
    double momentum = 0.1;
};

/// The smallest, middle and largest finite value; nothing if there is none.
std::optional<ValueSummary> summary_of(std::span<const double> values);

/// Every layer found by its names: `*.running_mean` and `*.running_var` of one shape (C), with `*.weight`, `*.bias` (C)
/// and `*.num_batches_tracked` where they are. In the order of the file's running means. Findings, by layer:
/// statistics that are NaN, infinite or negative; running_var at eps or below (normalization no longer makes the
/// variance 1); buffers that were never updated or too few times to have forgotten their start values
/// ((1 − momentum)^n > 1 %); γ at 0; β so far below 0 against |γ| that a ReLU behind hardly ever lets anything through
/// (β + 3|γ| ≤ 0).
std::vector<InspectedNorm> inspect_norms(const std::vector<io::TensorEntry>& tensors,
                                         const AssumedOptions& options = {});

}  // namespace normscope::instruments
