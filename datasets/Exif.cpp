#include "datasets/Exif.h"

#include "datasets/ByteReader.h"

namespace normscope::datasets {

int exif_orientation(std::span<const std::byte> data) {
    using namespace std::string_view_literals;
    constexpr std::size_t prefix = 6;
    constexpr std::size_t entry_size = 12;
    constexpr std::uint32_t orientation_tag = 0x0112;
    constexpr std::uint32_t short_type = 3;
    if (stands_at(data, 0, "Exif\0\0"sv)) data = data.subspan(prefix);
    const bool little = stands_at(data, 0, "II*\0"sv);
    if (!little && !stands_at(data, 0, "MM\0*"sv)) return 1;
    const auto number = [&](std::size_t at, std::size_t count) {
        return little ? little_endian(data, at, count) : big_endian(data, at, count);
    };
    const std::size_t directory = number(4, 4);
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        if (entry + entry_size > data.size()) return 1;
        if (number(entry, 2) != orientation_tag) continue;
        const std::uint32_t value = number(entry + 8, 2);
        return number(entry + 2, 2) == short_type && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

}  // namespace normscope::datasets
