// What a data set holds, counted and measured: for the command line and the window.
#pragma once

#include "core/train/Dataset.h"
#include "datasets/ChannelMoments.h"
#include "datasets/LoadOptions.h"
#include "datasets/LoadReport.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace normscope::datasets {

/// Images of one purpose.
struct PartSummary {
    std::int64_t images = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::int64_t channels = 0;
    std::vector<std::string> class_names;
    std::vector<std::int64_t> class_counts;  ///< images by class
    ChannelMoments moments;
};

struct DataSummary {
    std::string name;
    PartSummary train;
    std::optional<PartSummary> eval;   ///< none if nothing is held out
    std::vector<SkippedFile> skipped;  ///< of both parts
    std::vector<std::string> notes;    ///< likewise
};

/// Reads every image once. Throws what reading throws; LoadCancelled.
DataSummary summarize(const DataSplit& split, const LoadOptions& options = {});

/// Indices of up to `most` images, taken in turn from each class in stored order: a gallery in which every class shows.
std::vector<std::int64_t> sample_images(const Dataset& data, std::int64_t most);

}  // namespace normscope::datasets
