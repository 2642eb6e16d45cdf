#include "app/cli/BenchCommand.h"

#include "core/Error.h"
#include "core/kernels/Isa.h"
#include "core/random/RandomStream.h"
#include "core/train/Trainer.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <vector>

namespace normscope::cli {
namespace {

struct Options {
    std::string net = "simple28";
    std::int64_t batch = 64;
    int threads = 1;
    double seconds = 1;
    std::size_t steps = 20;
    std::vector<std::int64_t> widths;  ///< empty: the network's own
    bool no_norm = false;
    std::string kernels = "winograd";
    std::string isa;  ///< empty: the best
    bool json = false;
};

/// Images of nothing: the network needs a data set to be made for.
class BlankDataset : public Dataset {
   public:
    BlankDataset(std::int64_t size, std::int64_t side, std::int64_t channels)
        : m_size(size), m_side(side), m_channels(channels) {}
    std::int64_t size() const override { return m_size; }
    std::int64_t height() const override { return m_side; }
    std::int64_t width() const override { return m_side; }
    std::int64_t channels() const override { return m_channels; }
    void read_image(std::int64_t, std::span<float> pixels) const override { std::ranges::fill(pixels, 0.0F); }
    std::int64_t label(std::int64_t) const override { return 0; }
    const std::vector<std::string>& class_names() const override { return m_classes; }
    const std::string& name() const override { return m_name; }

   private:
    std::int64_t m_size, m_side, m_channels;
    std::vector<std::string> m_classes = std::vector<std::string>(10, "class");
    std::string m_name = "blank";
};

/// "simple28": a network's name and the size of its images; 28 has one channel, other sizes have three.
Experiment make_experiment(const Options& options) {
    const std::size_t digits = options.net.find_last_not_of("0123456789") + 1;
    std::int64_t size = 0;
    const auto end = options.net.data() + options.net.size();
    std::from_chars(options.net.data() + digits, end, size);
    if (digits == 0 || size < 4 || size > 1024) {
        throw InputError("--net: '" + options.net +
                         "' should be a network and an image size from 4 to 1024, such as simple28 or vgg32.");
    }
    const std::int64_t channels = size == 28 ? 1 : 3;
    Recipe recipe;
    recipe.model.name = options.net.substr(0, digits);
    recipe.model.widths = options.widths;
    if (options.no_norm) recipe.model.norm.type = "none";
    recipe.data.batch_size = options.batch;
    recipe.data.mean.assign(channels, 0.0);
    recipe.data.std.assign(channels, 1.0);
    recipe.optimizer.lr = 0.01;
    recipe.kernels = options.kernels;
    return {recipe, {std::make_shared<BlankDataset>(options.batch, size, channels), nullptr}};
}

ImageBatch random_batch(const Experiment& experiment, std::int64_t batch_size) {
    const Shape image = experiment.network().image_shape();
    ImageBatch batch;
    batch.images.resize({batch_size, image.h, image.w, image.c});
    RandomStream stream(1, "bench");
    for (float& pixel : batch.images.values()) pixel = 3.4F * stream.uniform() - 1.7F;  // mean 0, std 1
    for (std::int64_t n = 0; n < batch_size; ++n) batch.labels.push_back(stream.below(10));
    return batch;
}

/// Seconds of each training step, in ascending order.
std::vector<double> measure(Trainer& trainer, Experiment& experiment, const ImageBatch& batch, const Options& options) {
    using Clock = std::chrono::steady_clock;
    for (int i = 0; i < 5; ++i) trainer.update(experiment, batch);
    std::vector<double> times;
    const auto begin = Clock::now();
    while (times.size() < options.steps ||
           std::chrono::duration<double>(Clock::now() - begin).count() < options.seconds) {
        const auto step = Clock::now();
        trainer.update(experiment, batch);
        times.push_back(std::chrono::duration<double>(Clock::now() - step).count());
    }
    std::ranges::sort(times);
    return times;
}

int run(const Options& options) {
    Experiment experiment = make_experiment(options);
    const ImageBatch batch = random_batch(experiment, options.batch);
    Trainer trainer(options.threads);
    if (!options.isa.empty()) kernels::use_isa(options.isa);
    const auto times = measure(trainer, experiment, batch, options);
    const double median = times[times.size() / 2];
    const auto images = static_cast<double>(options.batch);
    if (options.json) {
        const nlohmann::ordered_json result{{"net", options.net},
                                            {"batch", options.batch},
                                            {"threads", options.threads},
                                            {"bn", !options.no_norm},
                                            {"isa", kernels::current_isa()},
                                            {"img_s", images / median},
                                            {"img_s_best", images / times.front()},
                                            {"step_ms", median * 1e3},
                                            {"steps", times.size()}};
        std::cout << result.dump() << '\n';
        return 0;
    }
    std::cout << options.net << ", batch " << options.batch << ", " << options.threads
              << (options.threads == 1 ? " thread: " : " threads: ") << static_cast<long>(images / median)
              << " images/s in full training steps (median of " << times.size() << "), " << median * 1e3
              << " ms a step\n";
    return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("bench", "Measure full training steps on random images in memory.");
    command
        ->add_option("--net", options->net, "A network and an image size: simple28, vgg32, resnet32, mlp28, plain32 …")
        ->capture_default_str();
    command->add_option("--batch", options->batch, "Images a step")->check(CLI::Range(1, 65536))->capture_default_str();
    command->add_option("--threads", options->threads)->check(CLI::Range(1, 256))->capture_default_str();
    command->add_option("--seconds", options->seconds, "How long to measure at least")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    command->add_option("--steps", options->steps, "How many steps to measure at least")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    command->add_option("--widths", options->widths, "Channels by stage instead of the network's own, such as 32,64")
        ->delimiter(',');
    command->add_option("--kernels", options->kernels, "reference, direct or winograd")
        ->check(CLI::IsMember({"reference", "direct", "winograd"}))
        ->capture_default_str();
    command->add_option("--isa", options->isa, "Instruction set instead of the best this processor has")
        ->check(CLI::IsMember(kernels::available_isas()));
    command->add_flag("--no-bn", options->no_norm, "Without the norm layers");
    command->add_flag("--json", options->json, "One JSON object on standard output");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace normscope::cli
