#include "core/io/Json.h"

#include "core/io/JsonBuilder.h"

#include <iterator>

namespace normscope::io {
namespace {

/// Hands out characters and counts them where the handler can see it.
class CountingIterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* position, std::size_t* count) : m_position(position), m_count(count) {}

    reference operator*() const { return *m_position; }
    CountingIterator& operator++() {
        ++m_position;
        ++*m_count;
        return *this;
    }
    CountingIterator operator++(int) {
        const CountingIterator old = *this;
        ++*this;
        return old;
    }
    bool operator==(const CountingIterator& other) const { return m_position == other.m_position; }

   private:
    const char* m_position;
    std::size_t* m_count;
};

}  // namespace

std::string to_string(const TextPlace& place) {
    return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
}

std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

nlohmann::ordered_json parse_json(std::string_view text, std::string_view file_name, const JsonLimits& limits,
                                  JsonPlaces* places) {
    std::size_t consumed = 0;
    JsonBuilder builder(text, file_name, limits, consumed, places);
    const char* const end = text.data() + text.size();
    nlohmann::ordered_json::sax_parse(CountingIterator(text.data(), &consumed), CountingIterator(end, &consumed),
                                      &builder);
    return builder.take_root();
}

}  // namespace normscope::io
