// The learning rate over the steps of a run.
#pragma once

#include "core/recipe/Recipe.h"

#include <cstdint>

namespace normscope {

/// Where in its plan a run stands.
struct SchedulePosition {
    std::int64_t step = 0;             ///< counted from 0
    std::int64_t epoch = 0;            ///< of that step, counted from 0
    std::int64_t steps_per_epoch = 1;  ///< at least 1
    std::int64_t planned_steps = 1;    ///< of all epochs, at least 1
};

/// The learning rate at a position, a pure function of its arguments. With the base rate lr, step t of T:
///   constant, warmup   lr
///   step               lr · gamma^⌊epoch / step_epochs⌋ (torch.optim.lr_scheduler.StepLR, once an epoch)
///   cosine             min_lr + (lr − min_lr) · (1 + cos(π·t/T)) / 2 (Loshchilov and Hutter 2017; CosineAnnealingLR
///   with
///                      T_max = T, once a step); min_lr from T on
/// times min(1, (t + 1) / w) for w = warmup_steps > 0 (LinearLR with start_factor 1/w and total_iters w − 1). The
/// schedule "warmup" without warmup_steps takes one epoch. Throws InputError for an unknown name.
double scheduled_learning_rate(const ScheduleRecipe& schedule, double lr, const SchedulePosition& position);

}  // namespace normscope
