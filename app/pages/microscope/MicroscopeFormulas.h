// The formulas of the Microscope's cards.
#pragma once

#include "widgets/formula/FormulaBox.h"

#include <cstddef>
#include <vector>

namespace normscope::app {

/// What card 0 … 4 shows (mean and variance, normalize, scale and shift, running statistics, backward), with the keys
/// of formulaTerms(). `usesBatch`: the batch's statistics normalize, else the running ones; `updates`: those are
/// updated.
std::vector<widgets::FormulaBox> microscopeFormulas(std::size_t card, bool usesBatch, bool updates);

}  // namespace normscope::app
