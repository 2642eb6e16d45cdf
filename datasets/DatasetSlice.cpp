#include "datasets/DatasetSlice.h"

#include <stdexcept>
#include <utility>

namespace normscope::datasets {

DatasetSlice::DatasetSlice(std::shared_ptr<const Dataset> whole, std::int64_t first, std::int64_t count)
    : m_whole(std::move(whole)), m_first(first), m_count(count) {
    if (first < 0 || count < 0 || first > m_whole->size() || count > m_whole->size() - first) {
        throw std::out_of_range("slice of " + m_whole->name());
    }
}

void DatasetSlice::read_image(std::int64_t index, std::span<float> pixels) const {
    m_whole->read_image(index_in_whole(index), pixels);
}

std::int64_t DatasetSlice::label(std::int64_t index) const {
    return m_whole->label(index_in_whole(index));
}

std::int64_t DatasetSlice::index_in_whole(std::int64_t index) const {
    if (index < 0 || index >= m_count) throw std::out_of_range("image index in " + name());
    return m_first + index;
}

}  // namespace normscope::datasets
