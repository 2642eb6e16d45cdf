// One channel's arithmetic with what the user changed in it; no widgets.
#pragma once

#include "core/instruments/ChannelBatch.h"
#include "widgets/formula/FormulaTerms.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>

namespace normscope::app {

/// Values of the user in place of the run's.
struct MicroscopeEdits {
    std::map<std::size_t, double> x;  ///< by position in ChannelBatch::x
    std::optional<double> weight;
    std::optional<double> bias;
    std::optional<double> eps;
    std::optional<double> momentum;

    bool empty() const { return x.empty() && !weight && !bias && !eps && !momentum; }
};

/// Where to look: an image of the batch and a pixel of the layer's feature map.
struct MicroscopePlace {
    std::int64_t image = 0;
    std::int64_t row = 0;
    std::int64_t column = 0;

    friend bool operator==(const MicroscopePlace&, const MicroscopePlace&) = default;
};

/// All numbers of one channel of one batch.
struct MicroscopeReading {
    std::shared_ptr<const instruments::ChannelBatch> measured;  ///< as the run has it
    nn::Mode mode = nn::Mode::train;
    MicroscopeEdits edits;
    instruments::NormChannel channel;  ///< edited
    std::vector<double> x;             ///< edited
    instruments::NormForward forward;
    instruments::NormBackward backward;
    double sum = 0;      ///< Σx
    double squares = 0;  ///< Σ(x − μ_B)²

    /// Position of a place, which is moved inside the batch.
    std::size_t position(const MicroscopePlace& place) const;
};

/// Does the arithmetic. ∂loss/∂y is the run's, whatever was edited. Throws InputError as norm_forward() does.
MicroscopeReading readChannel(std::shared_ptr<const instruments::ChannelBatch> measured, nn::Mode mode,
                              const MicroscopeEdits& edits);

/// Every quantity of the formulas, for the value at `position`.
widgets::FormulaTerms formulaTerms(const MicroscopeReading& reading, std::size_t position);

}  // namespace normscope::app
