// The way back to any step of a run, in bounded memory.
#pragma once

#include "core/train/Experiment.h"
#include "core/train/StatePath.h"
#include "core/train/Trainer.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace normscope {

/// Keeps copies of an experiment from its first step on. When the budget is spent, those are thinned out which are
/// close to their neighbours for their age: distances grow with age, by a few percent of it. Any step in between is
/// reached by copying the nearest checkpoint before it and taking the steps again, with the changes of settings made
/// at the steps where they were made. Used by one thread.
///
/// What changes an experiment otherwise than by steps and logged changes must be pushed, or replaying misses it.
class CheckpointRing {
   public:
    static constexpr std::size_t default_budget = std::size_t{256} << 20;
    static constexpr std::size_t most_checkpoints = 512;

    explicit CheckpointRing(std::size_t budget_bytes = default_budget) : m_budget(budget_bytes) {}

    /// Steps must not descend; a second checkpoint of a step replaces the first. The first of all is always kept.
    void push(const Experiment& experiment);
    /// Forgets all checkpoints after `step`.
    void forget_after(StepIndex step);
    void clear();

    /// The experiment as it stood after `step`, the changes made at that step included. `changes` is the log of the run
    /// (Experiment::changes()), with which the checkpoints' own logs begin. Nothing if `cancelled` said true between
    /// two steps; it may be empty. Throws InputError if `step` is before the first checkpoint.
    std::optional<Experiment> reach(StepIndex step, std::span<const SettingChange> changes, Trainer& trainer,
                                    const std::function<bool()>& cancelled = {}) const;

    /// The nearest checkpoint at or before `step`, for reach() elsewhere; run_id is the caller's to fill in. Throws
    /// InputError as reach() does.
    StatePath path_to(StepIndex step, std::span<const SettingChange> changes) const;

    /// Of all copies: never more than the budget, or one experiment if that is more.
    std::size_t memory_bytes() const { return m_bytes; }
    /// In ascending order.
    std::vector<StepIndex> steps() const;

   private:
    struct Entry {
        StepIndex step;
        std::size_t bytes;
        std::shared_ptr<const Experiment> experiment;
    };

    void thin_out();
    void erase(std::size_t i);

    std::size_t m_budget;
    std::size_t m_bytes = 0;
    std::vector<Entry> m_entries;
};

}  // namespace normscope
