// For tests: pictures that vanish and come back.
#pragma once

#include "core/Error.h"
#include "tests/core/train/SyntheticDataset.h"

#include <atomic>

namespace normscope::testing {

/// Reads from the moment `gone` is set throw, as those of a folder whose files were removed; `after` lets so many
/// through before.
class FailingDataset : public SyntheticDataset {
   public:
    using SyntheticDataset::SyntheticDataset;
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        if (gone && after-- <= 0) throw InputError("\"pictures/7.png\" is gone.");
        SyntheticDataset::read_image(index, pixels);
    }
    std::atomic<bool> gone = false;
    mutable std::atomic<int> after = 0;
};

}  // namespace normscope::testing
