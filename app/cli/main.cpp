// normscope-cli: the engine without a window.
#include "app/cli/BenchCommand.h"
#include "app/cli/DataCommand.h"
#include "app/cli/EvalCommand.h"
#include "app/cli/ExportCommand.h"
#include "app/cli/InspectCommand.h"
#include "app/cli/ReportCommand.h"
#include "app/cli/SweepCommand.h"
#include "app/cli/TrainCommand.h"
#include "core/Error.h"
#include "core/io/AtomicFile.h"

#include <CLI/CLI.hpp>

#include <exception>
#include <functional>
#include <iostream>

int main(int argc, char** argv) {
    using namespace normscope;
    io::ignore_fatal_write_signals();

    CLI::App app("NormScope without a window: trains and measures batch-normalized networks.", "normscope-cli");
    app.set_version_flag("--version", "normscope-cli " NORMSCOPE_VERSION);
    app.require_subcommand(1);
    std::function<int()> chosen;
    cli::add_train_command(app, chosen);
    cli::add_eval_command(app, chosen);
    cli::add_export_command(app, chosen);
    cli::add_inspect_command(app, chosen);
    cli::add_data_command(app, chosen);
    cli::add_bench_command(app, chosen);
    cli::add_sweep_command(app, chosen);
    cli::add_report_command(app, chosen);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return chosen();
    } catch (const InputError& error) {
        std::cerr << "normscope-cli: " << error.what() << '\n';
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "normscope-cli: " << error.what() << '\n';
        return 1;
    }
}
