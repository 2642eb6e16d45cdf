#include "core/train/DataDescription.h"

#include "core/Error.h"
#include "core/io/Json.h"

#include <nlohmann/json.hpp>

namespace normscope {
namespace {

constexpr std::int64_t largest_side = 65536;

[[noreturn]] void refuse(std::string_view file_name, const std::string& reason) {
    throw InputError(std::string(file_name) + ": " + reason + ".");
}

const nlohmann::ordered_json& member(const nlohmann::ordered_json& object, const char* key,
                                     std::string_view file_name) {
    const auto found = object.find(key);
    if (found == object.end()) refuse(file_name, std::string("\"") + key + "\" is missing");
    return *found;
}

std::int64_t side_of(const nlohmann::ordered_json& size, std::size_t i, std::string_view file_name) {
    const bool is_sound = size[i].is_number_unsigned() && size[i] >= 1 && size[i] <= largest_side;
    if (!is_sound) refuse(file_name, "\"size\" must hold integers from 1 to " + std::to_string(largest_side));
    return size[i].get<std::int64_t>();
}

}  // namespace

DataDescription describe(const Dataset& data) {
    return {data.name(), data.height(), data.width(), data.channels(), data.class_names()};
}

std::string to_json(const DataDescription& data) {
    const nlohmann::ordered_json object{
        {"name", data.name}, {"size", {data.channels, data.height, data.width}}, {"classes", data.class_names}};
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

DataDescription parse_data_description(std::string_view json, std::string_view file_name) {
    const auto object = io::parse_json(json, file_name);
    if (!object.is_object()) refuse(file_name, "a description of data must be an object");
    const auto& name = member(object, "name", file_name);
    const auto& size = member(object, "size", file_name);
    const auto& classes = member(object, "classes", file_name);
    if (!name.is_string()) refuse(file_name, "\"name\" must be a text");
    if (!size.is_array() || size.size() != 3) refuse(file_name, "\"size\" must be [channels, height, width]");
    if (!classes.is_array() || classes.empty()) refuse(file_name, "\"classes\" must be a list of at least one name");
    DataDescription data{.name = name.get<std::string>(),
                         .height = side_of(size, 1, file_name),
                         .width = side_of(size, 2, file_name),
                         .channels = side_of(size, 0, file_name),
                         .class_names = {}};
    for (const auto& text : classes) {
        if (!text.is_string()) refuse(file_name, "\"classes\" must hold texts");
        data.class_names.push_back(text.get<std::string>());
    }
    return data;
}

}  // namespace normscope
