#include "core/train/Schedule.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace normscope {
namespace {

double cosine(double lr, double min_lr, const SchedulePosition& position) {
    const double share =
        std::min(1.0, static_cast<double>(position.step) / static_cast<double>(position.planned_steps));
    return min_lr + (lr - min_lr) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

double warmup_factor(const ScheduleRecipe& schedule, const SchedulePosition& position) {
    const bool takes_an_epoch = schedule.name == "warmup" && schedule.warmup_steps == 0;
    const std::int64_t steps = takes_an_epoch ? position.steps_per_epoch : schedule.warmup_steps;
    if (position.step + 1 >= steps) return 1;
    return static_cast<double>(position.step + 1) / static_cast<double>(steps);
}

}  // namespace

double scheduled_learning_rate(const ScheduleRecipe& schedule, double lr, const SchedulePosition& position) {
    double rate = lr;
    if (schedule.name == "step") {
        rate *= std::pow(schedule.gamma, static_cast<double>(position.epoch / schedule.step_epochs));
    } else if (schedule.name == "cosine") {
        rate = cosine(lr, schedule.min_lr, position);
    } else if (schedule.name != "constant" && schedule.name != "warmup") {
        throw InputError("schedule.name: there is no schedule " + io::in_quotes(schedule.name) + ".");
    }
    return rate * warmup_factor(schedule, position);
}

}  // namespace normscope
