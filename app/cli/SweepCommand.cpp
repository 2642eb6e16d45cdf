#include "app/cli/SweepCommand.h"

#include "app/cli/SweepOptions.h"
#include "app/cli/SweepRunner.h"
#include "app/cli/TrainCommand.h"
#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/sweep/RunHash.h"
#include "core/sweep/SweepFolder.h"
#include "core/sweep/SweepJson.h"
#include "core/sweep/Verdict.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <iostream>
#include <memory>

namespace normscope::cli {
namespace {

using Json = nlohmann::ordered_json;
using sweep::RunStatus;

volatile std::sig_atomic_t interrupts = 0;
extern "C" void on_sweep_interrupt(int /*signal*/) {
    interrupts = interrupts + 1;
}

std::size_t index_of(const sweep::Sweep& sweep, const std::string& hash) {
    if (!sweep::is_run_hash(hash)) {
        throw InputError("--run: " + io::in_quotes(hash) +
                         " is no hash of a run: 16 digits 0-9 a-f, as --list prints.");
    }
    for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
        if (sweep.runs[i].hash == hash) return i;
    }
    throw InputError("--run: the sweep has no run " + hash + "; --list shows those it has.");
}

int list(const SweepOptions& options, const sweep::Sweep& sweep) {
    for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
        const auto result =
            options.out.empty() ? sweep::RunResult{} : sweep::read_result(run_folder(options.out, sweep.runs[i]));
        if (options.unfinished && is_finished(result.status)) continue;
        if (options.json) {
            std::cout << json_line(sweep, i, result, "") << '\n';
        } else {
            std::cout << sweep.runs[i].hash << '\t' << name_of(result.status) << '\t'
                      << settings_text(sweep, sweep.runs[i]) << '\n';
        }
    }
    return 0;
}

/// In this process, for schedulers that have processes of their own.
int run_one(const SweepOptions& options, const sweep::Sweep& sweep) {
    const sweep::SweepRun& run = sweep.runs[index_of(sweep, options.run)];
    const auto folder = run_folder(options.out, run);
    sweep::prepare_folder(sweep, options.out);
    if (const auto before = sweep::read_result(folder); is_finished(before.status)) {
        std::cerr << "normscope-cli: run " << run.hash << " is " << name_of(before.status) << " already.\n";
        return 0;
    }
    sweep::prepare_run(options.out, run);
    TrainOptions train;
    train.recipe = folder / "recipe.json";
    train.out = folder;
    train.steps = run.steps;
    train.threads = options.threads;
    train.save_every = options.save_every;
    train.resume = true;
    train.json = options.json;
    try {
        const int code = run_train(train);
        sweep::remove_failure(folder);
        // A diverged run is a result like others.
        return code == 1 && sweep::read_result(folder).status == RunStatus::diverged ? 0 : code;
    } catch (const std::exception& error) {
        // Unless somebody else is at it, it failed.
        if (sweep::read_result(folder).status != RunStatus::running) sweep::write_failure(folder, 1, error.what());
        throw;
    }
}

Json json_of(const sweep::Claim& claim, const sweep::ClaimResult& result) {
    return {{"event", "claim"},        {"claim", claim.text},       {"verdict", name_of(result.verdict)},
            {"measured", result.mean}, {"low", result.low},         {"high", result.high},
            {"bound", claim.bound},    {"numbers", result.numbers}, {"sentence", sentence_of(claim, result)}};
}

void print_counts(const SweepOptions& options, const sweep::Sweep& sweep, const sweep::SweepResults& results) {
    Json line{{"event", "end"}, {"runs", sweep.runs.size()}};
    std::string text = std::to_string(sweep.runs.size()) + " runs:";
    bool is_first = true;
    for (const auto status : {RunStatus::done, RunStatus::diverged, RunStatus::failed, RunStatus::running,
                              RunStatus::cut_off, RunStatus::missing}) {
        const auto count = results.count(status);
        line[std::string(name_of(status))] = count;
        if (count == 0 && status != RunStatus::done) continue;
        text += (is_first ? " " : ", ") + std::to_string(count) + ' ' + std::string(name_of(status));
        is_first = false;
    }
    if (options.json) {
        std::cout << line.dump() << '\n';
    } else {
        std::cout << text << ". Results are in " << (options.out / "results.csv").string() << '\n';
    }
}

void print_verdicts(const SweepOptions& options, const sweep::Sweep& sweep, const sweep::SweepResults& results) {
    std::vector<sweep::ClaimResult> claims;
    for (const auto& claim : sweep.claims) {
        const auto& result = claims.emplace_back(check_claim(sweep, results, claim));
        if (options.json) {
            std::cout << json_of(claim, result).dump() << '\n';
        } else {
            std::cout << name_of(result.verdict) << ": " << claim.text << "\n    " << sentence_of(claim, result)
                      << '\n';
        }
    }
    if (claims.empty()) return;
    const auto verdict = sweep::verdict_of(claims);
    if (options.json) {
        std::cout << Json{{"event", "verdict"}, {"verdict", name_of(verdict)}}.dump() << '\n';
    } else {
        if (sweep.published) std::cout << "Published: " << sweep.published->source << '\n';
        std::cout << "Verdict: " << name_of(verdict) << '\n';
    }
}

int collect(const SweepOptions& options, const sweep::Sweep& sweep,
            const std::map<std::size_t, std::string>& failures = {}) {
    const auto results = sweep::collect(sweep, options.out, failures);
    print_verdicts(options, sweep, results);
    print_counts(options, sweep, results);
    return results.count(RunStatus::failed) > 0 ? 1 : 0;
}

int run_all(const SweepOptions& options, const sweep::Sweep& sweep) {
    sweep::prepare_folder(sweep, options.out);
    std::signal(SIGINT, on_sweep_interrupt);
    std::signal(SIGTERM, on_sweep_interrupt);
    std::map<std::size_t, std::string> failures;
    {
        SweepRunner runner(options, sweep, interrupts);
        runner.run();
        failures = runner.failures();
    }
    const int code = collect(options, sweep, failures);
    if (interrupts > 0) {
        std::cerr << "normscope-cli: interrupted; the same command goes on.\n";
        return 130;
    }
    return code;
}

int run(const SweepOptions& options) {
    const sweep::Sweep sweep = sweep::load_sweep(options.sweep);
    if (options.list) return list(options, sweep);
    if (options.out.empty()) throw InputError("--out is needed: the folder for the results.");
    if (!options.run.empty()) return run_one(options, sweep);
    return options.collect ? collect(options, sweep) : run_all(options, sweep);
}

constexpr const char* footer =
    "SWEEP.json holds a base recipe and what is varied: a grid {\"model.norm.momentum\": [0.01, 0.1], \"seed\": [1, 2, "
    "3]},\n"
    "a list of \"runs\" with settings of their own, or both; docs/sweeps.md describes it, resources/sweeps/ has "
    "examples.\n"
    "\n"
    "DIR receives sweep.json, results.csv and a folder for each run, named by the hash of its recipe, with what "
    "`train`\n"
    "writes. Runs that are there already are not trained again; one that was cut off goes on, to the same bits. A run "
    "that\n"
    "fails or diverges is noted and stops no other. Several processes and machines may work on one DIR at a time.\n"
    "\n"
    "For other schedulers (templates in resources/cluster/): --list prints the hashes, --run HASH trains one of them "
    "here,\n"
    "--collect gathers results.csv and prints the verdicts.\n"
    "\n"
    "Exit codes: 0 all finished (diverged ones included), 1 some failed, 2 bad input, 130 interrupted (all saved).";

}  // namespace

void add_sweep_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<SweepOptions>();
    CLI::App* command = app.add_subcommand("sweep", "Train many recipes that differ in some settings.");
    command->add_option("SWEEP", options->sweep, "Sweep file (JSON)")->required();
    command->add_option("--out", options->out, "Folder DIR for the results; made if needed");
    command
        ->add_option("--jobs", options->jobs,
                     "Runs at a time; one more than processors, since a run now and then waits for the disk")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Threads of each run; the results do not depend on it")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command->add_option("--save-every", options->save_every, "Seconds between saves of each run; 0: every step")
        ->check(CLI::Range(0.0, 86400.0))
        ->capture_default_str();
    auto* list =
        command->add_flag("--list", options->list, "Print each run: hash, status, settings (with tabs between)");
    command->add_flag("--unfinished", options->unfinished, "List only what is not finished")->needs(list);
    auto* one =
        command->add_option("--run", options->run, "Train the run with this hash, in this process")->excludes(list);
    command->add_flag("--collect", options->collect, "Train nothing: write results.csv from what there is")
        ->excludes(list)
        ->excludes(one);
    command->add_flag("--json", options->json, "One JSON object a line on standard output");
    command->footer(footer);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
