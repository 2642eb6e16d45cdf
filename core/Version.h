// Which version this is.
#pragma once

#include <string_view>

namespace normscope {

/// As in CMakeLists.txt, e.g. "0.1.0"; files say what wrote them.
std::string_view version();

}  // namespace normscope
