// Speed of the kernels, one thread: GFLOP/s of convolutions, GB/s of batch norm.
//
//   ninja -C build/release kernels_bench && build/release/bench/kernels_bench --benchmark_filter=AVX-512
//
// Convolutions run on whole batches, copies into canvases and packing of weights included. Winograd's
// figures count the multiplications that a direct convolution needs.
#include "core/kernels/BatchConv.h"
#include "core/kernels/BatchNorm.h"
#include "core/kernels/Isa.h"
#include "core/random/RandomStream.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

using namespace normscope;
using namespace normscope::kernels;

namespace {

enum class ConvPass { forward, input_gradient, weight_gradient };

struct NamedShape {
    const char* name;
    ConvShape shape;
};

const std::vector<NamedShape> conv_shapes{
    {"3x3 1-16 @28", {64, 28, 28, 1, 16}},
    {"3x3 3-16 @32", {64, 32, 32, 3, 16}},
    {"3x3 16-16 @32", {64, 32, 32, 16, 16}},
    {"3x3 16-32 @16", {64, 16, 16, 16, 32}},
    {"3x3 32-32 @32", {64, 32, 32, 32, 32}},
    {"3x3 32-32 @16", {64, 16, 16, 32, 32}},
    {"3x3 64-64 @16", {64, 16, 16, 64, 64}},
    {"3x3 64-64 @8", {64, 8, 8, 64, 64}},
    {"3x3s2 16-32 @32", {64, 32, 32, 16, 32, 3, 2, 1}},
    {"3x3s2 32-64 @16", {64, 16, 16, 32, 64, 3, 2, 1}},
    {"1x1 64-64 @16", {64, 16, 16, 64, 64, 1, 1, 0}},
    {"1x1s2 32-64 @16", {64, 16, 16, 32, 64, 1, 2, 0}},
};

AlignedVector<float> random_values(std::int64_t count) {
    AlignedVector<float> values(static_cast<std::size_t>(count));
    RandomStream stream(1, "bench");
    for (float& value : values) value = 2 * stream.uniform() - 1;
    return values;
}

void conv(benchmark::State& state, const ConvShape& shape, ConvMethod method, ConvPass pass, const std::string& isa) {
    use_isa(isa);
    const BatchConv conv(shape, method);
    ThreadPool pool(1);
    AlignedVector<float> x = random_values(shape.n * shape.in_image()), y = random_values(shape.n * shape.out_image());
    AlignedVector<float> weight = random_values(shape.weight_count()), bias = random_values(shape.out_channels);
    AlignedVector<float> dx(x.size()), dweight(weight.size()), scratch(conv.scratch_size(1));
    for (auto _ : state) {
        if (pass == ConvPass::forward) {
            conv.forward(x.data(), weight.data(), bias.data(), y.data(), scratch, pool);
        } else if (pass == ConvPass::input_gradient) {
            conv.backward(x.data(), weight.data(), y.data(), {.dx = dx.data()}, scratch, pool);
        } else {
            conv.backward(x.data(), weight.data(), y.data(), {.dweight = dweight.data()}, scratch, pool);
        }
    }
    state.counters["FLOP/s"] = benchmark::Counter(shape.flops(), benchmark::Counter::kIsIterationInvariantRate);
}

/// Batch norm and ReLU, forward and backward as a layer does it. Bytes: tensors read and written once,
/// x and y forward, x, dy and dx backward.
void norm(benchmark::State& state, const ImageTensor& shape, bool backward, const std::string& isa) {
    use_isa(isa);
    ThreadPool pool(1);
    const std::int64_t size = shape.n * shape.pixels * shape.channels;
    AlignedVector<float> x = random_values(size), y(x.size()), dy = random_values(size), dx(x.size());
    const std::vector<float> gamma(shape.channels, 1.5F), beta(shape.channels, 0.25F);
    std::vector<double> mean(shape.channels), var(shape.channels), dgamma(shape.channels), dbeta(shape.channels);
    NormChannels channels(shape.channels);
    const auto forward = [&] {
        sum_moments(shape, x.data(), channels, pool);
        channels.merge_moments(mean, var);
        channels.set_statistics(mean, var, gamma, beta, 1e-5, true);
        normalize_batch(shape, true, channels, x.data(), y.data(), pool);
    };
    forward();
    for (auto _ : state) {
        if (!backward) {
            forward();
            continue;
        }
        sum_gradients(shape, true, channels, x.data(), dy.data(), pool);
        channels.merge_gradients(dgamma, dbeta);
        channels.set_gradient_means(dgamma, dbeta, shape.n * shape.pixels);
        normalize_batch_backward(shape, true, channels, x.data(), dy.data(), dx.data(), pool);
    }
    state.SetBytesProcessed(state.iterations() * size * (backward ? 3 : 2) * 4);
}

void add_benchmarks() {
    const std::pair<ConvPass, const char*> passes[] = {
        {ConvPass::forward, "forward"}, {ConvPass::input_gradient, "dx"}, {ConvPass::weight_gradient, "dw"}};
    const std::pair<ImageTensor, const char*> tensors[] = {{{64, 32 * 32, 16}, "(64,16,32,32)"},
                                                           {{64, 32 * 32, 64}, "(64,64,32,32)"},
                                                           {{16, 112 * 112, 64}, "(16,64,112,112)"}};
    for (const std::string& isa : available_isas()) {
        for (const auto& [name, shape] : conv_shapes) {
            for (const auto& [pass, pass_name] : passes) {
                const std::string row = isa + "/conv " + name + "/" + pass_name;
                benchmark::RegisterBenchmark((row + "/direct").c_str(), conv, shape, ConvMethod::direct, pass, isa);
                if (!winograd_applies(shape)) continue;
                benchmark::RegisterBenchmark((row + "/winograd").c_str(), conv, shape, ConvMethod::winograd, pass, isa);
            }
        }
        for (const auto& [shape, name] : tensors) {
            for (const bool backward : {false, true}) {
                const std::string row = isa + "/norm+relu " + name + (backward ? "/backward" : "/forward");
                benchmark::RegisterBenchmark(row.c_str(), norm, shape, backward, isa)->Unit(benchmark::kMillisecond);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    add_benchmarks();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
