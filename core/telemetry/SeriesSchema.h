// Which series a run records: the table of columns that engine, history files and plots share.
#pragma once

#include "core/telemetry/Indices.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace normscope::telemetry {

/// What a series measures. Names are PyTorch's where PyTorch has one.
enum class Statistic {
    loss,                      ///< training loss of the step's batch
    train_accuracy,            ///< accuracy on the step's batch, in train mode, before the update
    batch_mean,                ///< μ of the batch, per channel
    batch_var,                 ///< biased σ² of the batch (1/n), per channel
    running_mean,              ///< buffer after the step
    running_var,               ///< buffer after the step; an average of unbiased 1/(n−1) variances
    weight,                    ///< γ after the step
    bias,                      ///< β after the step
    eval_accuracy,             ///< held-out accuracy in eval mode
    eval_accuracy_train_mode,  ///< the same images normalized with their own batch statistics
    mode_difference,           ///< ‖y_train − y_eval‖ / ‖y_train‖ of a layer on held-out images
    // Measured on demand; a run does not record them.
    population_mean,  ///< μ of a norm layer's input over many training images, per channel
    population_var,   ///< its biased variance
    activation_rms,   ///< √(mean y²) of a layer's output
    gradient_rms,     ///< √(mean (∂L/∂y)²) of a layer's output
    saturated_share,  ///< share of a layer's outputs that let hardly any gradient through
    update_ratio,     ///< lr·‖g‖/‖W‖ of a parameter tensor, numbered within its layer as a channel is
};

/// The word used in history files and names, e.g. "running_mean".
std::string_view name_of(Statistic statistic);

/// True for statistics measured at some steps only (evaluations), false for those of every step.
bool is_sparse(Statistic statistic);

/// One column.
struct SeriesInfo {
    Statistic statistic = Statistic::loss;
    std::optional<LayerIndex> layer;
    std::optional<ChannelIndex> channel;
    std::string name;  ///< unique, e.g. "loss", "bn1.running_mean[3]"
};

/// Ordered table of columns. Dense columns (one value a step) come first, sparse ones after them.
class SeriesSchema {
   public:
    /// Appends a column. Throws std::logic_error if a dense column follows a sparse one or a column repeats.
    SeriesIndex add(Statistic statistic, std::string_view layer_name = {}, std::optional<LayerIndex> layer = {},
                    std::optional<ChannelIndex> channel = {});

    std::optional<SeriesIndex> find(Statistic statistic, std::optional<LayerIndex> layer = {},
                                    std::optional<ChannelIndex> channel = {}) const;

    const SeriesInfo& info(SeriesIndex series) const;
    std::size_t size() const { return m_series.size(); }
    std::size_t dense_count() const { return m_dense_count; }

   private:
    using Key = std::tuple<Statistic, std::int64_t, std::int64_t>;
    static Key key_of(Statistic statistic, std::optional<LayerIndex> layer, std::optional<ChannelIndex> channel);

    std::vector<SeriesInfo> m_series;
    std::map<Key, SeriesIndex> m_lookup;
    std::size_t m_dense_count = 0;
};

}  // namespace normscope::telemetry
