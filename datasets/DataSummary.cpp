#include "datasets/DataSummary.h"

namespace normscope::datasets {
namespace {

PartSummary summarize_part(const Dataset& data, const LoadOptions& options) {
    PartSummary part{.images = data.size(),
                     .height = data.height(),
                     .width = data.width(),
                     .channels = data.channels(),
                     .class_names = data.class_names(),
                     .class_counts = std::vector<std::int64_t>(data.class_names().size(), 0),
                     .moments = {}};
    for (std::int64_t i = 0; i < data.size(); ++i) ++part.class_counts[static_cast<std::size_t>(data.label(i))];
    part.moments = channel_moments(data, options);
    return part;
}

void add_report(DataSummary& summary, const LoadReport& report) {
    summary.skipped.insert(summary.skipped.end(), report.skipped.begin(), report.skipped.end());
    summary.notes.insert(summary.notes.end(), report.notes.begin(), report.notes.end());
}

}  // namespace

DataSummary summarize(const DataSplit& split, const LoadOptions& options) {
    DataSummary summary{.name = split.train->name(),
                        .train = summarize_part(*split.train, options),
                        .eval = {},
                        .skipped = {},
                        .notes = {}};
    const LoadReport& report = load_report_of(*split.train);
    add_report(summary, report);
    if (split.eval) {
        summary.eval = summarize_part(*split.eval, options);
        // Parts of one set share a report.
        if (&load_report_of(*split.eval) != &report) add_report(summary, load_report_of(*split.eval));
    }
    return summary;
}

std::vector<std::int64_t> sample_images(const Dataset& data, std::int64_t most) {
    const std::size_t classes = data.class_names().size();
    std::vector<std::vector<std::int64_t>> of_class(classes);
    const auto wanted = static_cast<std::size_t>(most);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        auto& images = of_class[static_cast<std::size_t>(data.label(i))];
        if (images.size() < wanted) images.push_back(i);
    }
    std::vector<std::int64_t> chosen;
    for (std::size_t turn = 0; turn < wanted && chosen.size() < wanted; ++turn) {
        const std::size_t before = chosen.size();
        for (std::size_t c = 0; c < classes && chosen.size() < wanted; ++c) {
            if (turn < of_class[c].size()) chosen.push_back(of_class[c][turn]);
        }
        if (chosen.size() == before) break;
    }
    return chosen;
}

}  // namespace normscope::datasets
