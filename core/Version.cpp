#include "core/Version.h"

namespace normscope {

std::string_view version() {
    return NORMSCOPE_VERSION;
}

}  // namespace normscope
