// The parts of a sweep file that say what to draw and what to find out.
#pragma once

#include "core/sweep/SweepDocument.h"

namespace normscope::sweep {

/// "plots": [{"title": …, "quantity": …, "x": …, "y": …, "series": […], "where": {…}, "log_x": false, "log_y": false,
/// "history": false}, …]
std::vector<PlotRequest> read_plots(const SweepDocument& document, const Node& plots);

/// "claims": [{"claim": sentence, "quantity": …, "of": {…}, "minus" or "over": {…}, "at_least" or "at_most": number}].
/// Refused if "of" or what it is compared with matches no run.
std::vector<Claim> read_claims(const SweepDocument& document, const Node& claims, const std::vector<SweepRun>& runs);

/// "published": {"source": …, "note": …, "columns": […], "rows": [[…], …]}
Published read_published(const SweepDocument& document, const Node& node);

}  // namespace normscope::sweep
