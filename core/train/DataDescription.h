// What a network must know about the images it was trained on.
#pragma once

#include "core/tensor/Shape.h"
#include "core/train/Dataset.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// Stands in a checkpoint, so that its network can be built without the data.
struct DataDescription {
    std::string name;  ///< for people
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::int64_t channels = 0;
    std::vector<std::string> class_names;

    /// Of one image; n is 0.
    Shape image_shape() const { return {0, height, width, channels}; }
    friend bool operator==(const DataDescription&, const DataDescription&) = default;
};

DataDescription describe(const Dataset& data);

/// {"name": …, "size": [C, H, W], "classes": [names]}. Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const DataDescription& data);

/// Throws InputError with `file_name` for what is not such an object, sizes outside 1 … 65 536 and no classes.
DataDescription parse_data_description(std::string_view json, std::string_view file_name);

}  // namespace normscope
