// What a run is, published once when it starts.
#pragma once

#include "core/telemetry/SeriesSchema.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace normscope::telemetry {

/// A layer as the network strip shows it.
struct LayerDescription {
    std::string name;    ///< as in the state dict: "conv1", "bn1", …
    std::string kind;    ///< PyTorch's class name: "Conv2d", "BatchNorm2d", …
    std::string detail;  ///< short, e.g. "3×3 · 16"
    std::int64_t channels = 0;
    bool is_norm = false;
};

/// Immutable facts of one run. A reset or a restart makes a new one with another run_id.
struct RunDescription {
    std::uint64_t run_id = 0;
    std::string data_name;     ///< e.g. "Fashion-MNIST (sample)"
    std::string data_source;   ///< the SPEC it was loaded from, e.g. "fashion-mnist"
    std::string model_name;    ///< e.g. "simple"
    std::string input_detail;  ///< channels × height × width, e.g. "1×28×28"
    std::uint64_t seed = 0;
    std::int64_t train_images = 0;
    std::int64_t eval_images = 0;
    std::vector<LayerDescription> layers;
    SeriesSchema schema;
    std::map<std::string, double> hyperparameters;  ///< by HyperparameterSpec::key, at the start
    std::string recipe_json;                        ///< complete recipe, for the metadata of exports
};

}  // namespace normscope::telemetry
