// What it costs to record the statistics of all channels after a step: the row of numbers, and its line in history.csv.
//
//   ninja -C build/release recording_bench && build/release/bench/recording_bench
#include "core/io/HistoryCsv.h"
#include "core/train/Recorder.h"
#include "tests/core/train/SyntheticDataset.h"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace normscope;

namespace {

/// A network behind its first step.
struct Recorded {
    Experiment experiment;
    StepResult result;

    Recorded(const std::string& network, std::int64_t side, std::int64_t channels)
        : experiment(recipe_of(network, channels),
                     {std::make_shared<normscope::testing::SyntheticDataset>(64, side, channels), nullptr}),
          result(Trainer(1).step(experiment)) {}

    static Recipe recipe_of(const std::string& network, std::int64_t channels) {
        Recipe recipe;
        recipe.model.name = network;
        recipe.data.batch_size = 8;
        recipe.data.mean.assign(channels, 0.3);
        recipe.data.std.assign(channels, 0.25);
        return recipe;
    }
};

void record(benchmark::State& state, const std::string& network, std::int64_t side, std::int64_t channels) {
    const Recorded recorded(network, side, channels);
    for (auto _ : state) {
        telemetry::StepColumns columns;
        record_step(recorded.experiment, recorded.result, columns);
        benchmark::DoNotOptimize(columns.dense.data());
    }
    state.counters["columns"] = static_cast<double>(make_schema(recorded.experiment.network()).size());
}

void write_history(benchmark::State& state, const std::string& network, std::int64_t side, std::int64_t channels) {
    const Recorded recorded(network, side, channels);
    telemetry::StepColumns columns;
    record_step(recorded.experiment, recorded.result, columns);
    const auto path = std::filesystem::temp_directory_path() / "normscope-recording-bench.csv";
    {
        io::HistoryCsvWriter history(path, make_schema(recorded.experiment.network()), {"optimizer.lr"});
        const std::vector<double> settings{0.05};
        std::int64_t step = 0;
        for (auto _ : state) history.append(StepIndex{++step}, settings, columns.dense, columns.sparse);
    }
    std::filesystem::remove(path);
    std::filesystem::remove(path.native() + ".partial");
}

}  // namespace

int main(int argc, char** argv) {
    for (const auto& [network, side] : std::vector<std::pair<std::string, std::int64_t>>{
             {"simple", 28}, {"simple", 32}, {"vgg", 32}, {"resnet", 32}}) {
        const std::int64_t channels = side == 28 ? 1 : 3;
        const std::string name = network + std::to_string(side);
        benchmark::RegisterBenchmark(("record/" + name).c_str(), record, network, side, channels);
        benchmark::RegisterBenchmark(("history/" + name).c_str(), write_history, network, side, channels);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
