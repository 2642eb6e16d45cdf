// What was left out of a data set, and why.
#pragma once

#include "core/train/Dataset.h"

#include <filesystem>
#include <string>
#include <vector>

namespace normscope::datasets {

/// A file that is not part of the data.
struct SkippedFile {
    std::filesystem::path path;
    std::string reason;  ///< continues "it was skipped: ", e.g. "it is cut; the JPEG's end marker is missing"
};

struct LoadReport {
    std::vector<SkippedFile> skipped;  ///< in the order in which they were met
    std::vector<std::string> notes;    ///< sentences about what is odd, e.g. an empty class
};

/// A data set that can say what was left out of it.
class ReportedDataset : public Dataset {
   public:
    virtual const LoadReport& load_report() const = 0;
};

/// The report of a data set; an empty one if it has none. Lives as long as the data set.
const LoadReport& load_report_of(const Dataset& data);

}  // namespace normscope::datasets
