#include "core/train/BatchSampler.h"

#include "core/Error.h"
#include "core/random/RandomStream.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace normscope {

BatchSampler::BatchSampler(std::int64_t images, bool shuffle, bool drop_last, std::uint64_t seed)
    : m_images(images), m_shuffle(shuffle), m_drop_last(drop_last), m_seed(seed) {
    if (images < 1) throw InputError("the data set holds no image to train on.");
}

bool BatchSampler::epoch_is_over(std::int64_t batch_size) const {
    const std::int64_t left = m_images - m_position;
    return m_drop_last ? left < batch_size : left < 1;
}

const std::vector<std::int64_t>& BatchSampler::next(std::int64_t batch_size) {
    if (m_drop_last && batch_size > m_images) {
        throw InputError("data.batch_size is " + std::to_string(batch_size) + " but the data set holds " +
                         std::to_string(m_images) + (m_images == 1 ? " image" : " images") +
                         ", so there is no full batch: choose a smaller batch or set data.drop_last to false.");
    }
    if (epoch_is_over(batch_size)) {
        ++m_epoch;
        m_position = 0;
    }
    if (m_order_epoch != m_epoch) {
        std::vector<std::int64_t> order;
        if (m_shuffle) {
            order = permutation(m_images, RandomStream(m_seed, "shuffle", static_cast<std::uint64_t>(m_epoch)));
        } else {
            order.resize(static_cast<std::size_t>(m_images));
            std::iota(order.begin(), order.end(), 0);
        }
        m_order = std::make_shared<const std::vector<std::int64_t>>(std::move(order));
        m_order_epoch = m_epoch;
    }
    const std::int64_t end = std::min(m_images, m_position + batch_size);
    m_batch.assign(m_order->begin() + m_position, m_order->begin() + end);
    m_position = end;
    return m_batch;
}

void BatchSampler::set_state(const SamplerState& state) {
    if (state.epoch < 0 || state.position < 0 || state.position > m_images) {
        throw InputError("image " + std::to_string(state.position) + " of epoch " + std::to_string(state.epoch) +
                         " is no position in a data set of " + std::to_string(m_images) + " images.");
    }
    m_epoch = state.epoch;
    m_position = state.position;
}

void BatchSampler::forget_order() {
    m_order.reset();
    m_order_epoch = -1;
    m_batch = {};
}

std::int64_t BatchSampler::epoch(std::int64_t batch_size) const {
    return epoch_is_over(batch_size) ? m_epoch + 1 : m_epoch;
}

std::int64_t BatchSampler::position(std::int64_t batch_size) const {
    return epoch_is_over(batch_size) ? 0 : m_position;
}

std::int64_t BatchSampler::batches_per_epoch(std::int64_t batch_size) const {
    return m_drop_last ? m_images / batch_size : (m_images + batch_size - 1) / batch_size;
}

}  // namespace normscope
