// A sweep file's JSON with the places of its values, for the readers of its parts.
#pragma once

#include "core/io/Json.h"
#include "core/sweep/Sweep.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace normscope::sweep {

/// One value of the document and where it stands.
struct Node {
    using Json = nlohmann::ordered_json;

    const Json& value;
    std::string pointer;

    bool has(const char* key) const { return value.contains(key); }
    Node at(const std::string& key) const { return {value.at(key), pointer + io::pointer_step(key)}; }
    Node at(std::size_t index) const { return {value.at(index), pointer + '/' + std::to_string(index)}; }
};

/// Checks and converts nodes. Every error is an InputError with file, line and column.
class SweepDocument {
   public:
    SweepDocument(std::string file_name, const io::JsonPlaces& places)
        : m_file_name(std::move(file_name)), m_places(places) {}

    [[noreturn]] void refuse(const Node& node, const std::string& sentence) const;
    /// `what` is the node's name in messages, e.g. "grid".
    void require_object(const Node& node, const std::string& what) const;
    /// Not empty unless `may_be_empty`.
    void require_array(const Node& node, const std::string& what, bool may_be_empty = false) const;
    void require_keys(const Node& object, const std::string& what, std::initializer_list<std::string_view> known) const;

    std::string text(const Node& node, const std::string& what) const;
    double number(const Node& node, const std::string& what) const;
    bool boolean(const Node& node, const std::string& what) const;
    std::int64_t whole(const Node& node, const std::string& what, std::int64_t minimum, std::int64_t maximum) const;
    /// A dotted recipe path, "steps" or "label".
    std::string path(const Node& node, const std::string& what) const;
    /// {"model.norm.type": "batch", …}; values as a run's would be written.
    Where where(const Node& object, const std::string& what) const;
    /// "eval_error", or {"largest": "optimizer.lr", "with": "eval_accuracy", "at_least": 0.3}.
    Quantity quantity(const Node& node, const std::string& what) const;

    const std::string& file_name() const { return m_file_name; }
    const io::JsonPlaces& places() const { return m_places; }

    /// Refuses a path that is neither a recipe's nor "steps" nor "label".
    void require_path(const Node& node, const std::string& path) const;

   private:
    std::string m_file_name;
    const io::JsonPlaces& m_places;
};

}  // namespace normscope::sweep
