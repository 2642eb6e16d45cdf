// For tests: the sentence with which something is refused.
#pragma once

#include "core/Error.h"

#include <string>

namespace normscope::testing {

/// what() of the Error that `action` throws, "" if it throws nothing; anything else that it throws passes through.
template <class Error = InputError, class Action>
std::string error_text(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace normscope::testing
