#include "core/train/BatchAhead.h"

#include <tuple>
#include <utility>

namespace normscope {
bool same_batch(const BatchRequest& a, const BatchRequest& b) {
    const auto changes = [](const AugmentRecipe& recipe) {
        return std::tie(recipe.flip, recipe.shift, recipe.crop, recipe.brightness, recipe.contrast);
    };
    return a.data == b.data && a.indices == b.indices && a.augment == b.augment && a.recipe.mean == b.recipe.mean &&
           a.recipe.std == b.recipe.std && changes(a.recipe.augment) == changes(b.recipe.augment);
}

const ImageBatch& BatchAhead::get(const BatchRequest& request, ThreadPool& pool) {
    if (finished_ahead(request)) {
        std::swap(m_present, m_ahead);
        return m_present;
    }
    const auto begin = std::chrono::steady_clock::now();
    m_loader.load(*request.data, request.indices, request.recipe, pool, m_present, request.augment);
    const auto took = std::chrono::steady_clock::now() - begin;
    const bool has_idle_processor = static_cast<unsigned>(pool.threads()) < std::thread::hardware_concurrency();
    m_pays = m_threshold.count() == 0 || (took > m_threshold && has_idle_processor);
    return m_present;
}

bool BatchAhead::finished_ahead(const BatchRequest& request) {
    std::unique_lock lock(m_mutex);
    if (m_state == State::idle) return false;
    m_changed.wait(lock, [this] { return m_state == State::ready; });
    m_state = State::idle;
    return !m_failed && same_batch(m_request, request);
}

void BatchAhead::announce(const BatchRequest& request) {
    if (!m_thread.joinable()) m_thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
    {
        const std::lock_guard lock(m_mutex);
        if (m_state != State::idle) return;
        m_request = request;
        m_state = State::asked;
    }
    m_changed.notify_all();
}

void BatchAhead::work(const std::stop_token& stop) {
    ThreadPool alone(1);
    BatchLoader loader;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop, [this] { return m_state == State::asked; })) return;
        }
        bool failed = false;
        try {
            loader.load(*m_request.data, m_request.indices, m_request.recipe, alone, m_ahead, m_request.augment);
        } catch (...) {
            failed = true;  // asked for on the caller's thread, it fails again, and there the error is told
        }
        {
            const std::lock_guard lock(m_mutex);
            m_failed = failed;
            m_state = State::ready;
        }
        m_changed.notify_all();
    }
}

}  // namespace normscope
