// normscope-cli inspect
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace normscope::cli {

/// Adds `inspect` to the command line; when it is chosen, `chosen` runs it and returns the exit code.
void add_inspect_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace normscope::cli
