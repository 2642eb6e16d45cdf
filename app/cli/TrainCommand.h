// normscope-cli train
#pragma once

#include "app/cli/TrainOptions.h"

#include <functional>

namespace CLI {
class App;
}

namespace normscope::cli {

/// Adds `train` to the command line; when it is chosen, `chosen` runs it and returns the exit code.
void add_train_command(CLI::App& app, std::function<int()>& chosen);

/// What `train` does with these options: trains, writes the folder, returns the exit code. SIGINT and SIGTERM end it
/// with the run saved. Throws InputError, also if another process works in the folder; WorkError.
int run_train(const TrainOptions& options);

}  // namespace normscope::cli
