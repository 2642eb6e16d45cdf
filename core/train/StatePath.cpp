#include "core/train/StatePath.h"

namespace normscope {

std::optional<Experiment> reach(const StatePath& path, Trainer& trainer, const std::function<bool()>& cancelled) {
    Experiment experiment = *path.from;
    std::size_t next = experiment.changes().size();
    const auto apply_changes_made_here = [&] {
        for (; next < path.changes.size() && path.changes[next].step <= experiment.step(); ++next) {
            experiment.apply(path.changes[next]);
        }
    };
    for (apply_changes_made_here(); experiment.step() < path.step; apply_changes_made_here()) {
        if (cancelled && cancelled()) return std::nullopt;
        trainer.step(experiment);
    }
    return experiment;
}

}  // namespace normscope
