// Everything that decides a run: the same recipe and seed give the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

/// Random changes made to each training image, from a stream of their own. All off by default.
struct AugmentRecipe {
    bool flip = false;       ///< left to right, with probability 1/2
    std::int64_t shift = 0;  ///< up to so many pixels in each direction; black comes in
    double crop = 1;         ///< smallest side of a random square cut-out, as a share; resized back
    double brightness = 0;   ///< pixels · (1 + u), u uniform in ±brightness
    double contrast = 0;     ///< mean + (pixels − mean) · (1 + u), u uniform in ±contrast
};

/// Which images, how they are drawn and normalized.
struct DataRecipe {
    std::string source = "fashion-mnist";
    std::optional<std::string> eval_source;  ///< none: the source's own test set, else the last eval_fraction
    double eval_fraction = 0.1;              ///< share of the data kept for evaluation where there is no test set
    std::int64_t batch_size = 64;
    bool shuffle = true;
    bool drop_last = true;                ///< leave out a last batch that is not full
    std::vector<double> mean = {0.2860};  ///< per channel, subtracted from pixels in [0, 1]
    std::vector<double> std = {0.3530};   ///< per channel, divides after that
    AugmentRecipe augment;
};

/// Options of the normalization layers, named as torch.nn.BatchNorm2d names them.
struct NormRecipe {
    std::string type = "batch";  ///< batch, none, layer, instance, group
    double eps = 1e-5;
    std::optional<double> momentum = 0.1;  ///< none: cumulative average
    bool affine = true;
    bool track_running_stats = true;
    bool frozen = false;
    bool frozen_affine = false;      ///< γ and β keep their values
    std::int64_t groups = 8;         ///< of type "group"
    std::int64_t ghost_batches = 1;  ///< shards that are normalized on their own, as on so many devices
    double noise = 0;                ///< noise after the norm layers (Santurkar et al. 2018), 1: as strong as theirs
};

/// One layer of a network described in the recipe, named as PyTorch names its classes and their arguments.
struct LayerRecipe {
    /// "Conv2d", "Linear", "ReLU", "Sigmoid", "LeakyReLU", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "Dropout",
    /// "Flatten", "BatchNorm2d", "BatchNorm1d", "LayerNorm", "InstanceNorm2d", "GroupNorm", "Sequential", "Residual";
    /// "norm" is what model.norm says, "activation" what model.activation says.
    std::string layer;
    std::string name;  ///< within what holds it; empty: numbered by kind ("conv1")
    std::int64_t out_channels = 0;
    std::int64_t out_features = 0;  ///< 0: the number of classes
    std::int64_t kernel_size = 0;
    std::int64_t stride = 0;  ///< 0: 1 for Conv2d, the kernel size for pooling
    std::int64_t padding = 0;
    bool bias = true;
    std::int64_t output_size = 1;       ///< of AdaptiveAvgPool2d
    std::int64_t num_groups = 0;        ///< of GroupNorm; 0: model.norm.groups
    double p = 0.5;                     ///< of Dropout
    double negative_slope = 0.01;       ///< of LeakyReLU
    std::vector<LayerRecipe> layers;    ///< of Sequential and Residual
    std::vector<LayerRecipe> shortcut;  ///< of Residual; empty: identity
    std::vector<LayerRecipe> after;     ///< of Residual, behind the addition
    friend bool operator==(const LayerRecipe&, const LayerRecipe&) = default;
};

struct ModelRecipe {
    /// simple, vgg, resnet, variable-input, image-classifier, mlp, plain; custom: what `layers` says
    std::string name = "simple";
    NormRecipe norm;
    std::string norm_position = "before_activation";  ///< or after_activation
    std::string activation = "relu";                  ///< relu, sigmoid, leaky_relu
    std::vector<std::int64_t> widths;                 ///< channels by stage; empty: the network's own
    std::int64_t depth = 0;                           ///< layers or blocks a stage; 0: the network's own
    bool conv_bias = true;                            ///< false: convolutions without bias
    std::vector<LayerRecipe> layers;                  ///< of "custom"
};

struct OptimizerRecipe {
    std::string name = "sgd";
    double lr = 0.05;
    double momentum = 0.9;
    double weight_decay = 0;
    bool nesterov = false;
    double beta1 = 0.9;  ///< of Adam and AdamW
    double beta2 = 0.999;
    double eps = 1e-8;
    bool exempt_norm = false;              ///< no weight decay for γ and β
    std::optional<double> clip_grad_norm;  ///< longest gradient; none: not clipped
    std::int64_t accumulation_steps = 1;   ///< batches whose mean gradient makes one step
};

/// Factor on the learning rate over the planned steps.
struct ScheduleRecipe {
    std::string name = "constant";  ///< constant, step, cosine, warmup
    std::int64_t warmup_steps = 0;  ///< linear rise at the start; 0: none (one epoch for "warmup")
    std::int64_t step_epochs = 1;   ///< of "step": every so many epochs …
    double gamma = 0.1;             ///< … the learning rate is multiplied by this
    double min_lr = 0;              ///< where "cosine" ends
};

struct LossRecipe {
    double label_smoothing = 0;  ///< as torch.nn.CrossEntropyLoss
};

/// What is measured beside the training itself. Does not change the training.
struct RecordRecipe {
    std::int64_t eval_every =
        20;  ///< steps between accuracy measurements; 0: never (command lines measure once at the end)
    std::int64_t eval_images = 400;  ///< the first so many held-out images are measured
    /// Command lines only, into measured.csv and summary.json (Measurements):
    std::int64_t measure_every = 0;         ///< steps between the measurements asked for below; 0: at the end
    std::int64_t exact_batches = 0;         ///< training batches for exact population statistics; 0: not measured
    std::vector<double> landscape;          ///< the loss that many learning rates along the gradient; empty: not
    std::optional<double> target_accuracy;  ///< eval-mode accuracy whose first step is noted
};

/// Defaults are those of the recipe schema, version 1.
struct Recipe {
    static constexpr int schema = 1;

    DataRecipe data;
    ModelRecipe model;
    OptimizerRecipe optimizer;
    ScheduleRecipe schedule;
    LossRecipe loss;
    RecordRecipe record;
    std::int64_t epochs = 5;
    std::uint64_t seed = 1;
    /// What computes: reference, direct or winograd (nn::Kernels). They round differently, so it decides the bits.
    std::string kernels = "winograd";
};

/// Value of the numeric setting `key` (a HyperparameterSpec::key). "model.norm.momentum" is NaN for the cumulative
/// average, "optimizer.clip_grad_norm" where nothing is clipped; a seed beyond 2^53 is rounded. Throws InputError for
/// an unknown key.
double value_of(const Recipe& recipe, std::string_view key);

/// Changes it. Throws InputError with the sentence of reason_to_refuse() if the value is out of range.
void set_value(Recipe& recipe, std::string_view key, double value);

}  // namespace normscope
