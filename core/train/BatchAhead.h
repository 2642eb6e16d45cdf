// The next batch is made while the present one is computed.
#pragma once

#include "core/train/BatchLoader.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace normscope {

/// All that decides a batch.
struct BatchRequest {
    std::shared_ptr<const Dataset> data;
    std::vector<std::int64_t> indices;
    DataRecipe recipe;
    AugmentSource augment;
};
/// Whether two requests give the same batch.
bool same_batch(const BatchRequest& a, const BatchRequest& b);

/// Makes batches, and the one that was announced on a thread of its own, in advance. What it makes does not depend on
/// that: an announcement that turns out wrong (a rewind, a changed setting) is dropped, one whose images could not be
/// read as well; then the batch is made when it is asked for. Used by one thread; takes no memory from batch to batch.
class BatchAhead {
   public:
    /// Batches that take longer than this are worth a thread's waking. On a machine whose processors are all busy with
    /// the pool's threads none is.
    static constexpr std::chrono::microseconds default_threshold{100};
    explicit BatchAhead(std::chrono::microseconds threshold = default_threshold) : m_threshold(threshold) {}

    /// The batch; lives until the next call. Throws what Dataset::read_image() throws.
    const ImageBatch& get(const BatchRequest& request, ThreadPool& pool);
    /// Whether it pays to announce(), by the last batch made on the spot.
    bool pays() const { return m_pays; }
    /// Begins with this batch.
    void announce(const BatchRequest& request);

   private:
    enum class State { idle, asked, ready };
    void work(const std::stop_token& stop);
    /// Whether m_ahead is what is asked for; waits until it is finished.
    bool finished_ahead(const BatchRequest& request);

    std::chrono::microseconds m_threshold;
    BatchLoader m_loader;
    ImageBatch m_present;
    bool m_pays = false;

    // Shared with the thread. While it is asked for a batch, m_request and m_ahead are the thread's.
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    State m_state = State::idle;
    BatchRequest m_request;
    ImageBatch m_ahead;
    bool m_failed = false;
    std::jthread m_thread;  ///< last: stops before the rest goes; started by the first announcement that pays
};

}  // namespace normscope
