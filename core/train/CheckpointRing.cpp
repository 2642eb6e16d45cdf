#include "core/train/CheckpointRing.h"

#include "core/Error.h"

#include <algorithm>
#include <string>
#include <utility>

namespace normscope {

void CheckpointRing::push(const Experiment& experiment) {
    const StepIndex step = experiment.step();
    forget_after(step);
    if (!m_entries.empty() && m_entries.back().step == step) erase(m_entries.size() - 1);
    auto copy = std::make_shared<Experiment>(experiment);
    copy->sampler().forget_order();  // made again in a replay; kept, each epoch would hold one
    const std::size_t bytes = copy->memory_bytes();
    m_entries.push_back({step, bytes, std::move(copy)});
    m_bytes += bytes;
    thin_out();
}

void CheckpointRing::thin_out() {
    while (m_entries.size() > 1 && (m_bytes > m_budget || m_entries.size() > most_checkpoints)) {
        if (m_entries.size() == 2) return erase(1);
        const auto newest = static_cast<double>(m_entries.back().step.value);
        std::size_t densest = 1;
        double smallest = 0;
        for (std::size_t i = 1; i + 1 < m_entries.size(); ++i) {
            const auto before = static_cast<double>(m_entries[i - 1].step.value);
            const auto after = static_cast<double>(m_entries[i + 1].step.value);
            const double distance_by_age = (after - before) / (newest - before);
            if (i > 1 && distance_by_age >= smallest) continue;
            densest = i;
            smallest = distance_by_age;
        }
        erase(densest);
    }
}

void CheckpointRing::erase(std::size_t i) {
    m_bytes -= m_entries[i].bytes;
    m_entries.erase(m_entries.begin() + static_cast<std::ptrdiff_t>(i));
}

void CheckpointRing::forget_after(StepIndex step) {
    while (!m_entries.empty() && m_entries.back().step > step) erase(m_entries.size() - 1);
}

void CheckpointRing::clear() {
    m_entries.clear();
    m_bytes = 0;
}

std::vector<StepIndex> CheckpointRing::steps() const {
    std::vector<StepIndex> steps;
    for (const Entry& entry : m_entries) steps.push_back(entry.step);
    return steps;
}

StatePath CheckpointRing::path_to(StepIndex step, std::span<const SettingChange> changes) const {
    const auto after = std::ranges::upper_bound(m_entries, step, {}, &Entry::step);
    if (after == m_entries.begin()) {
        throw InputError("Step " + std::to_string(step.value) + " cannot be reached: it is before the first step of " +
                         "this run that was kept.");
    }
    return {.step = step, .from = std::prev(after)->experiment, .changes = {changes.begin(), changes.end()}};
}

std::optional<Experiment> CheckpointRing::reach(StepIndex step, std::span<const SettingChange> changes,
                                                Trainer& trainer, const std::function<bool()>& cancelled) const {
    return normscope::reach(path_to(step, changes), trainer, cancelled);
}

}  // namespace normscope
