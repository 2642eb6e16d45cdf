// What a recipe's record section asks to be measured beside the training, as it comes in.
#pragma once

#include "core/train/Experiment.h"
#include "core/train/Trainer.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace normscope {

/// One measurement of a network between two steps. NaN: not asked for.
struct Measurement {
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();

    std::int64_t step = 0;
    double eval_accuracy = none;             ///< with the running statistics
    double eval_accuracy_train_mode = none;  ///< each batch with its own
    double eval_accuracy_exact = none;       ///< with exact population statistics of training images
    double loss_low = none;                  ///< smallest loss along the gradient
    double loss_high = none;                 ///< largest
    double gradient_change = none;           ///< largest ‖∇L(w − η·g) − g‖ along the gradient
    double smoothness = none;                ///< LossLandscape::smoothness
};

/// True if the recipe asks for exact statistics or a landscape.
bool asks_for_measurements(const RecordRecipe& record);
/// True if a measurement is due behind the step just done; the last one is always due.
bool measurement_due(const Experiment& experiment, bool last);

/// Measures all held-out images (Wu and Johnson 2021) and the loss along the gradient of the first batch of
/// instruments::training_images() at record.landscape · the learning rate in force (Santurkar et al. 2018). The
/// experiment stays untouched; the bits do not depend on the number of threads.
Measurement measure(const Experiment& experiment, Trainer& trainer);

/// The measurements of a run and what they come to. A value; text() and parse() carry it through a resume file.
class Measurements {
   public:
    void add(const Measurement& measurement) { m_rows.push_back(measurement); }
    /// Notes the first step whose eval-mode accuracy reached the target.
    void note_accuracy(std::int64_t step, double accuracy, const std::optional<double>& target);

    /// For a finished run that goes on: drops the measurement of its end, unless it is one of every so many steps.
    void forget_end(std::int64_t measure_every);

    const std::vector<Measurement>& rows() const { return m_rows; }
    std::optional<std::int64_t> steps_to_target() const { return m_steps_to_target; }

    /// Means over the rows, as far as they were measured: "eval_accuracy_exact" (the last), "exact_gain_first",
    /// "exact_gain_mean", "exact_gain_last" (exact − running), "eval_wobble", "exact_wobble" (mean |change| from one
    /// row to the next), "wobble_gain" (their difference), "loss_range", "gradient_change", "smoothness".
    std::vector<std::pair<std::string, double>> summary() const;

    /// measured.csv: one row a measurement, empty cells where nothing was asked for.
    std::string csv() const;

    std::string text() const;
    /// Throws InputError beginning with `place` for what text() does not write.
    static Measurements parse(std::string_view text, std::string_view place);

   private:
    std::vector<Measurement> m_rows;
    std::optional<std::int64_t> m_steps_to_target;
};

}  // namespace normscope
