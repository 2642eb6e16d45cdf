#include "core/telemetry/Hyperparameter.h"

#include <array>
#include <charconv>
#include <cmath>

namespace normscope::telemetry {
namespace {

using enum ChangePolicy;
using enum Scale;

constexpr std::array specs{
    HyperparameterSpec{.key = "data.batch_size",
                       .name = "Batch size",
                       .torch_name = "DataLoader(batch_size=…)",
                       .unit = "images",
                       .help = "Images per step. Batch statistics are taken over these images, so a small batch makes "
                               "them noisy.",
                       .minimum = 1,
                       .maximum = 4096,
                       .slider_minimum = 2,
                       .slider_maximum = 512,
                       .default_value = 64,
                       .integer = true,
                       .scale = logarithmic,
                       .policy = next_batch},
    HyperparameterSpec{.key = "model.norm.momentum",
                       .name = "momentum",
                       .torch_name = "BatchNorm2d(momentum=…)",
                       .unit = "",
                       .help =
                           "How much of the running statistics each batch replaces: running ← (1 − momentum)·running "
                           "+ momentum·batch. PyTorch's convention; Keras counts 1 − momentum.",
                       .minimum = 0,
                       .maximum = 1,
                       .slider_minimum = 1e-4,
                       .slider_maximum = 1,
                       .default_value = 0.1,
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live,
                       .unset = "cumulative"},
    HyperparameterSpec{.key = "model.norm.eps",
                       .name = "eps",
                       .torch_name = "BatchNorm2d(eps=…)",
                       .unit = "",
                       .help = "Added to the variance inside the root, so that a constant channel does not divide by "
                               "zero. No longer small against the variance, it shrinks the output.",
                       .minimum = 0,
                       .maximum = 1e3,
                       .slider_minimum = 1e-8,
                       .slider_maximum = 10,
                       .default_value = 1e-5,
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live},
    HyperparameterSpec{.key = "optimizer.lr",
                       .name = "Learning rate",
                       .torch_name = "SGD(lr=…)",
                       .unit = "",
                       .help = "Length of an update along the (momentum-averaged) gradient.",
                       .minimum = 0,
                       .maximum = 1e6,
                       .slider_minimum = 1e-4,
                       .slider_maximum = 10,
                       .default_value = 0.05,
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live},
    HyperparameterSpec{.key = "optimizer.momentum",
                       .name = "SGD momentum",
                       .torch_name = "SGD(momentum=…)",
                       .unit = "",
                       .help = "Share of the last update kept in the next one. Not the momentum of the norm layers.",
                       .minimum = 0,
                       .maximum = 0.9999,
                       .slider_minimum = 0,
                       .slider_maximum = 0.99,
                       .default_value = 0.9,
                       .integer = false,
                       .scale = linear,
                       .policy = live},
    HyperparameterSpec{
        .key = "optimizer.weight_decay",
        .name = "Weight decay",
        .torch_name = "SGD(weight_decay=…)",
        .unit = "",
        .help = "L2 penalty added to the gradient of every parameter, γ and β included, as PyTorch does.",
        .minimum = 0,
        .maximum = 10,
        .slider_minimum = 1e-6,
        .slider_maximum = 0.1,
        .default_value = 0,
        .integer = false,
        .scale = logarithmic,
        .policy = live},
    HyperparameterSpec{.key = "epochs",
                       .name = "Epochs",
                       .torch_name = "",
                       .unit = "",
                       .help = "Passes over the training images before the run stops by itself.",
                       .minimum = 1,
                       .maximum = 1e6,
                       .slider_minimum = 1,
                       .slider_maximum = 100,
                       .default_value = 5,
                       .integer = true,
                       .scale = logarithmic,
                       .policy = restarts},
    HyperparameterSpec{.key = "seed",
                       .name = "Seed",
                       .torch_name = "torch.manual_seed(…)",
                       .unit = "",
                       .help = "Decides the initial weights and the order of the images. The same recipe and seed give "
                               "the same run, bit for bit.",
                       .minimum = 0,
                       .maximum = 9007199254740991.0,  // 2^53 − 1: exact as a double
                       .slider_minimum = 0,
                       .slider_maximum = 100,
                       .default_value = 1,
                       .integer = true,
                       .scale = linear,
                       .policy = restarts},
};

/// Fixed notation as long as people read it at a glance, else 1e-5 without C's padded exponent.
std::string shortest(double value) {
    std::array<char, 64> text{};
    const double size = std::abs(value);
    const bool fixed = size == 0 || (size >= 1e-4 && size < 1e9);
    const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
    std::string result(text.data(), end);
    if (const auto e = result.find('e'); e != std::string::npos) {
        if (result[e + 2] == '0') result.erase(e + 2, 1);
        if (result[e + 1] == '+') result.erase(e + 1, 1);
    }
    return result;
}

}  // namespace

std::span<const HyperparameterSpec> hyperparameter_specs() {
    return specs;
}

const HyperparameterSpec* find_hyperparameter(std::string_view key) {
    for (const auto& spec : specs) {
        if (spec.key == key) return &spec;
    }
    return nullptr;
}

std::optional<std::string> reason_to_refuse(const HyperparameterSpec& spec, double value) {
    if (std::isnan(value) && !spec.unset.empty()) return std::nullopt;
    const std::string name(spec.name);
    if (!std::isfinite(value)) return name + " must be a finite number.";
    if (value < spec.minimum || value > spec.maximum) {
        return name + " must be between " + format_value(spec, spec.minimum) + " and " +
               format_value(spec, spec.maximum) + ", not " + shortest(value) + ".";
    }
    if (spec.integer && value != std::floor(value))
        return name + " must be a whole number, not " + shortest(value) + ".";
    return std::nullopt;
}

bool same_value(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

std::string format_value(const HyperparameterSpec& spec, double value) {
    if (std::isnan(value) && !spec.unset.empty()) return std::string(spec.unset);
    if (spec.integer && std::abs(value) < 9.1e15) return std::to_string(static_cast<long long>(value));
    return shortest(value);
}

}  // namespace normscope::telemetry
