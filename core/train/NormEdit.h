// Values of norm layers changed by hand during a run: a logged change like any other, so that rewound, resumed and
// forked runs meet it again.
#pragma once

#include "core/instruments/Watch.h"
#include "core/nn/Network.h"
#include "core/parallel/ThreadPool.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope {

class Experiment;
class Trainer;

enum class NormField {
    weight,  ///< γ
    bias,    ///< β
    running_mean,
    running_var,
    num_batches_tracked,  ///< of the layer
    frozen,               ///< of the layer; 0 or 1
};

/// True if every channel has one.
bool is_per_channel(NormField field);

/// Which value of which BatchNorm layer.
struct NormKey {
    std::string layer;  ///< full name, e.g. "layer1.bn2"
    NormField field = NormField::weight;
    std::int64_t channel = 0;  ///< 0 if there is one for the layer

    friend bool operator==(const NormKey&, const NormKey&) = default;
};

/// As in a SettingChange: "bn1.running_mean[3]", "bn1.frozen".
std::string to_text(const NormKey& key);
/// Nothing if the text is no such key.
std::optional<NormKey> parse_norm_key(std::string_view text);

/// A sentence that says why no layer can have this value, or nothing. What is not finite is possible, since buffers
/// get there by themselves and undoing an edit brings them back; only a variance below 0 never is.
std::optional<std::string> reason_to_refuse(const NormKey& key, double value);

/// Keys of SettingChange with their values, floats exactly.
using NormValues = std::vector<std::pair<std::string, double>>;

/// Throws InputError if the network has no such layer, channel or buffer.
double norm_value(const nn::Network<float>& network, const NormKey& key);
/// Rounds to float. Throws InputError as norm_value() does, and for values with a reason_to_refuse(); nothing has
/// changed then.
void set_norm_value(nn::Network<float>& network, const NormKey& key, double value);
/// The values that `keys` have now.
NormValues norm_values(const nn::Network<float>& network, const NormValues& keys);

/// One surgical step on a running experiment.
struct NormEdit {
    std::uint64_t id = 0;  ///< the asker's; comes back in telemetry::RunEdited
    std::string label;     ///< short, for the marks on time axes, e.g. "bn1 reset"
    /// What to set. Called on the session's thread between two steps; must not change the experiment. Throws InputError
    /// and instruments::Cancelled.
    std::function<NormValues(const Experiment& experiment, ThreadPool& pool, const instruments::Watch& watch)> values;
    instruments::Watch watch;  ///< of a caller who follows or cancels
};

/// running_mean 0, running_var 1, num_batches_tracked 0, as reset_running_stats().
NormValues reset_values(const nn::Network<float>& network, const std::string& layer);
/// running_mean and running_var ← the exact (biased) statistics of the present weights over the training images, see
/// instruments::population_statistics(); the counter stays. `layers` empty: all that have buffers; at most
/// `most_batches` batches (0: all images).
NormValues recalibrated_values(const Experiment& experiment, const std::vector<std::string>& layers,
                               std::int64_t most_batches, ThreadPool& pool, const instruments::Watch& watch = {});

}  // namespace normscope
