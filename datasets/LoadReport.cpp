#include "datasets/LoadReport.h"

namespace normscope::datasets {

const LoadReport& load_report_of(const Dataset& data) {
    static const LoadReport nothing;
    const auto* reported = dynamic_cast<const ReportedDataset*>(&data);
    return reported ? reported->load_report() : nothing;
}

}  // namespace normscope::datasets
