// Errors that a user can act on.
#pragma once

#include <stdexcept>

namespace normscope {

/// The input is at fault (a file, a setting). what() is a complete sentence for the user that names
/// the file or setting, the reason and the place. Command lines exit with code 2.
class InputError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

/// The work failed although the input was good (disk full, no memory). Command lines exit with code 1.
class WorkError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

}  // namespace normscope
