// Which images make the next batch.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace normscope {

/// Where a sampler stands: all that decides the batches to come, beside what it was made with.
struct SamplerState {
    std::int64_t epoch = 0;
    std::int64_t position = 0;  ///< images of that epoch already taken
    friend bool operator==(const SamplerState& a, const SamplerState& b) {
        return a.epoch == b.epoch && a.position == b.position;
    }
};

/// Goes through the images epoch after epoch, in stored or shuffled order. The order of an epoch
/// depends on seed and epoch only, not on the batch size, which may change between batches. A value: copies
/// share the order of an epoch, which nobody changes.
class BatchSampler {
   public:
    BatchSampler(std::int64_t images, bool shuffle, bool drop_last, std::uint64_t seed);

    /// Indices of the next batch: `batch_size` of them, fewer at the end of an epoch without drop_last.
    /// Throws InputError if a full batch is asked for and there are not that many images.
    const std::vector<std::int64_t>& next(std::int64_t batch_size);

    /// Epoch the batch just drawn came from, counted from 0.
    std::int64_t batch_epoch() const { return m_epoch; }
    /// Epoch the next batch of this size comes from, counted from 0.
    std::int64_t epoch(std::int64_t batch_size) const;
    /// Images of that epoch already taken.
    std::int64_t position(std::int64_t batch_size) const;
    /// Batches of one epoch.
    std::int64_t batches_per_epoch(std::int64_t batch_size) const;

    SamplerState state() const { return {m_epoch, m_position}; }
    /// Goes on from there. Throws InputError if these images have no such position.
    void set_state(const SamplerState& state);
    /// Gives up memory that next() makes again when it needs it.
    void forget_order();

   private:
    bool epoch_is_over(std::int64_t batch_size) const;

    std::int64_t m_images;
    bool m_shuffle;
    bool m_drop_last;
    std::uint64_t m_seed;
    std::int64_t m_epoch = 0;
    std::int64_t m_position = 0;
    std::shared_ptr<const std::vector<std::int64_t>> m_order;  ///< of m_order_epoch
    std::int64_t m_order_epoch = -1;
    std::vector<std::int64_t> m_batch;
};

}  // namespace normscope
