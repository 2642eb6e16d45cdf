#include "app/cli/ReportCommand.h"

#include "core/Error.h"
#include "core/io/AtomicFile.h"
#include "core/io/MessageText.h"
#include "core/report/RunReport.h"
#include "core/report/SweepReport.h"
#include "core/sweep/SweepFolder.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

namespace normscope::cli {
namespace {

struct Options {
    std::filesystem::path folder;
    std::filesystem::path out;  ///< empty: report.html in the folder
};

std::string report_of(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(folder / "sweep.json", error)) {
        const auto sweep = sweep::load_folder(folder);
        return report::sweep_report(sweep, sweep::read_results(sweep, folder), folder);
    }
    if (std::filesystem::exists(folder / "recipe.json", error)) return report::run_report(folder);
    throw InputError(io::in_quotes(folder.native()) +
                     " holds neither a run (recipe.json) nor a sweep (sweep.json): give a folder that `train` or "
                     "`sweep` wrote.");
}

int run(const Options& options) {
    const auto out = options.out.empty() ? options.folder / "report.html" : options.out;
    const auto type = out.extension();
    if (type == ".pdf") {
        throw InputError(
            "--out: the command line writes HTML. Name the file .html; every browser prints it to PDF, "
            "with plots kept whole.");
    }
    if (type != ".html" && type != ".htm") {
        throw InputError("--out: " + io::in_quotes(out.native()) + " should end in .html.");
    }
    io::write_file(out, report_of(options.folder));
    std::cout << out.string() << '\n';
    return 0;
}

}  // namespace

void add_report_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("report", "Write a run or a sweep as one HTML file with its plots.");
    command->add_option("DIR", options->folder, "Folder that `train` or `sweep` wrote")->required();
    command->add_option("--out", options->out, "FILE.html; otherwise DIR/report.html");
    command->footer("The file needs nothing else. It prints to PDF from any browser.");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
