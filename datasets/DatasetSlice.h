// A part of a data set, as stored.
#pragma once

#include "datasets/LoadReport.h"

namespace normscope::datasets {

/// `count` consecutive images of another set from index `first` on; shares it.
class DatasetSlice final : public ReportedDataset {
   public:
    /// Throws std::out_of_range if the range is not inside the set.
    DatasetSlice(std::shared_ptr<const Dataset> whole, std::int64_t first, std::int64_t count);

    std::int64_t size() const override { return m_count; }
    std::int64_t height() const override { return m_whole->height(); }
    std::int64_t width() const override { return m_whole->width(); }
    std::int64_t channels() const override { return m_whole->channels(); }
    /// Throws std::out_of_range for a wrong index.
    void read_image(std::int64_t index, std::span<float> pixels) const override;
    std::int64_t label(std::int64_t index) const override;
    const std::vector<std::string>& class_names() const override { return m_whole->class_names(); }
    const std::string& name() const override { return m_whole->name(); }
    /// That of the whole set.
    const LoadReport& load_report() const override { return load_report_of(*m_whole); }

   private:
    std::int64_t index_in_whole(std::int64_t index) const;

    std::shared_ptr<const Dataset> m_whole;
    std::int64_t m_first;
    std::int64_t m_count;
};

}  // namespace normscope::datasets
