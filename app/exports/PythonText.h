// Values as Python source.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::exports {

/// The shortest literal that is this float again, e.g. "1e-05", "0.1", "2.0".
std::string python_float(double value);
/// "[0.286, 0.353]"
std::string python_list(std::span<const double> values);
/// A str literal in double quotes. What is not UTF-8 becomes U+FFFD.
std::string python_string(std::string_view text);

/// Whether `name` can stand behind "self." in a class: an identifier of ASCII letters, no keyword, not mangled.
bool is_plain_attribute(std::string_view name);
/// Whether torch.nn.Module (or Sequential) needs an attribute of this name for itself.
bool is_module_attribute(std::string_view name);

}  // namespace normscope::exports
