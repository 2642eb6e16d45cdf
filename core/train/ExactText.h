// Numbers as text that reads back to the same bits, whatever the locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace normscope {

/// Shortest text of a double; "nan", "inf" and "-inf" included.
std::string exact_text(double value);
/// The number that is the whole of `text`. Throws InputError beginning with `place` if it is not one.
double exact_number(std::string_view text, std::string_view place);
/// A whole number from 0. Throws InputError beginning with `place`.
std::int64_t exact_integer(std::string_view text, std::string_view place);

}  // namespace normscope
