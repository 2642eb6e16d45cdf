#include "core/telemetry/Hyperparameter.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

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
    HyperparameterSpec{.key = "model.norm.groups",
                       .name = "Groups",
                       .torch_name = "GroupNorm(num_groups=…)",
                       .unit = "",
                       .help = "Groups of neighbouring channels that group normalization normalizes together. Must "
                               "divide the number of channels.",
                       .minimum = 1,
                       .maximum = 65536,
                       .slider_minimum = 1,
                       .slider_maximum = 64,
                       .default_value = 8,
                       .integer = true,
                       .scale = logarithmic,
                       .policy = restarts},
    HyperparameterSpec{.key = "model.norm.ghost_batches",
                       .name = "Ghost batches",
                       .torch_name = "",
                       .unit = "",
                       .help = "Parts of each batch that are normalized on their own, as if on so many devices.",
                       .minimum = 1,
                       .maximum = 4096,
                       .slider_minimum = 1,
                       .slider_maximum = 64,
                       .default_value = 1,
                       .integer = true,
                       .scale = logarithmic,
                       .policy = next_batch},
    HyperparameterSpec{.key = "model.norm.noise",
                       .name = "Noise",
                       .torch_name = "",
                       .unit = "",
                       .help = "Random scale and shift behind the norm layers, redrawn every step (Santurkar et al. "
                               "2018); 1 is as strong as theirs.",
                       .minimum = 0,
                       .maximum = 100,
                       .slider_minimum = 0,
                       .slider_maximum = 4,
                       .default_value = 0,
                       .integer = false,
                       .scale = linear,
                       .policy = restarts},
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
    HyperparameterSpec{.key = "optimizer.weight_decay",
                       .name = "Weight decay",
                       .torch_name = "SGD(weight_decay=…)",
                       .unit = "",
                       .help = "L2 penalty added to the gradient of every parameter, γ and β included unless they are "
                               "exempt, as PyTorch does. AdamW: shrinks the parameters instead.",
                       .minimum = 0,
                       .maximum = 10,
                       .slider_minimum = 1e-6,
                       .slider_maximum = 0.1,
                       .default_value = 0,
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live},
    HyperparameterSpec{.key = "optimizer.eps",
                       .name = "Adam eps",
                       .torch_name = "Adam(eps=…)",
                       .unit = "",
                       .help = "Added to the root of the squared gradients, so that a parameter without gradient does "
                               "not divide by zero. Adam and AdamW only.",
                       .minimum = 0,
                       .maximum = 1,
                       .slider_minimum = 1e-10,
                       .slider_maximum = 1e-2,
                       .default_value = 1e-8,
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live},
    HyperparameterSpec{.key = "optimizer.clip_grad_norm",
                       .name = "Longest gradient",
                       .torch_name = "clip_grad_norm_(max_norm=…)",
                       .unit = "",
                       .help = "Scales the gradient of all parameters together down to this length where it is longer.",
                       .minimum = 1e-9,
                       .maximum = 1e9,
                       .slider_minimum = 1e-2,
                       .slider_maximum = 100,
                       .default_value = std::numeric_limits<double>::quiet_NaN(),
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live,
                       .unset = "off"},
    HyperparameterSpec{
        .key = "optimizer.accumulation_steps",
        .name = "Accumulated batches",
        .torch_name = "",
        .unit = "batches",
        .help = "Batches whose mean gradient makes one step. Batch statistics are those of each batch alone.",
        .minimum = 1,
        .maximum = 10000,
        .slider_minimum = 1,
        .slider_maximum = 64,
        .default_value = 1,
        .integer = true,
        .scale = logarithmic,
        .policy = next_batch},
    HyperparameterSpec{.key = "schedule.warmup_steps",
                       .name = "Warm-up",
                       .torch_name = "LinearLR(total_iters=…)",
                       .unit = "steps",
                       .help = "Steps over which the learning rate rises linearly at the start. 0: none (one epoch "
                               "with the schedule \"warmup\").",
                       .minimum = 0,
                       .maximum = 1e9,
                       .slider_minimum = 0,
                       .slider_maximum = 1000,
                       .default_value = 0,
                       .integer = true,
                       .scale = linear,
                       .policy = live},
    HyperparameterSpec{
        .key = "schedule.step_epochs",
        .name = "Epochs between drops",
        .torch_name = "StepLR(step_size=…)",
        .unit = "epochs",
        .help = "After every so many epochs the schedule \"step\" multiplies the learning rate by gamma.",
        .minimum = 1,
        .maximum = 1e6,
        .slider_minimum = 1,
        .slider_maximum = 100,
        .default_value = 1,
        .integer = true,
        .scale = logarithmic,
        .policy = live},
    HyperparameterSpec{.key = "schedule.gamma",
                       .name = "gamma",
                       .torch_name = "StepLR(gamma=…)",
                       .unit = "",
                       .help = "What the schedule \"step\" multiplies the learning rate by.",
                       .minimum = 0,
                       .maximum = 10,
                       .slider_minimum = 0,
                       .slider_maximum = 1,
                       .default_value = 0.1,
                       .integer = false,
                       .scale = linear,
                       .policy = live},
    HyperparameterSpec{.key = "schedule.min_lr",
                       .name = "Lowest learning rate",
                       .torch_name = "CosineAnnealingLR(eta_min=…)",
                       .unit = "",
                       .help = "Where the schedule \"cosine\" ends.",
                       .minimum = 0,
                       .maximum = 1e6,
                       .slider_minimum = 1e-6,
                       .slider_maximum = 0.1,
                       .default_value = 0,
                       .integer = false,
                       .scale = logarithmic,
                       .policy = live},
    HyperparameterSpec{.key = "loss.label_smoothing",
                       .name = "Label smoothing",
                       .torch_name = "CrossEntropyLoss(label_smoothing=…)",
                       .unit = "",
                       .help = "Share of the target that is spread evenly over all classes.",
                       .minimum = 0,
                       .maximum = 1,
                       .slider_minimum = 0,
                       .slider_maximum = 0.5,
                       .default_value = 0,
                       .integer = false,
                       .scale = linear,
                       .policy = live},
    HyperparameterSpec{.key = "data.augment.shift",
                       .name = "Shift",
                       .torch_name = "",
                       .unit = "pixels",
                       .help = "Moves each training image by up to so many pixels in each direction; black comes in.",
                       .minimum = 0,
                       .maximum = 1024,
                       .slider_minimum = 0,
                       .slider_maximum = 16,
                       .default_value = 0,
                       .integer = true,
                       .scale = linear,
                       .policy = next_batch},
    HyperparameterSpec{.key = "data.augment.crop",
                       .name = "Crop",
                       .torch_name = "RandomResizedCrop(scale=…)",
                       .unit = "",
                       .help = "Smallest side of a random cut-out of each training image, as a share of the whole; it "
                               "is resized back. 1: no cut-out.",
                       .minimum = 0.01,
                       .maximum = 1,
                       .slider_minimum = 0.2,
                       .slider_maximum = 1,
                       .default_value = 1,
                       .integer = false,
                       .scale = linear,
                       .policy = next_batch},
    HyperparameterSpec{
        .key = "data.augment.brightness",
        .name = "Brightness",
        .torch_name = "ColorJitter(brightness=…)",
        .unit = "",
        .help = "Multiplies each training image by a random factor between 1 − brightness and 1 + brightness.",
        .minimum = 0,
        .maximum = 1,
        .slider_minimum = 0,
        .slider_maximum = 1,
        .default_value = 0,
        .integer = false,
        .scale = linear,
        .policy = next_batch},
    HyperparameterSpec{.key = "data.augment.contrast",
                       .name = "Contrast",
                       .torch_name = "ColorJitter(contrast=…)",
                       .unit = "",
                       .help = "Draws the pixels of each training image to or from their mean by a random factor "
                               "between 1 − contrast and 1 + contrast.",
                       .minimum = 0,
                       .maximum = 1,
                       .slider_minimum = 0,
                       .slider_maximum = 1,
                       .default_value = 0,
                       .integer = false,
                       .scale = linear,
                       .policy = next_batch},
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
