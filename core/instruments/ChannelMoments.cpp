#include "core/instruments/ChannelMoments.h"

#include "core/instruments/PixelSums.h"

namespace normscope::instruments {

void ChannelMoments::merge(const ChannelMoments& other) {
    if (other.count == 0) return;
    if (count == 0) {
        *this = other;
        return;
    }
    const auto ours = static_cast<double>(count), theirs = static_cast<double>(other.count);
    const double n = ours + theirs;
    for (std::size_t c = 0; c < mean.size(); ++c) {
        const double distance = other.mean[c] - mean[c];
        mean[c] += distance * (theirs / n);
        m2[c] += other.m2[c] + distance * distance * (ours * theirs / n);
    }
    count += other.count;
}

template <class S>
ChannelMoments channel_moments(const Tensor<S>& x, ThreadPool& pool) {
    const auto channels = x.shape().c;
    ChannelMoments moments{.count = x.shape().pixels()};
    moments.mean = sum_pixels<1>(x.shape(), pool, [&x, channels](std::int64_t pixel, const auto& sums) {
        const S* values = x.data() + pixel * channels;
        for (std::int64_t c = 0; c < channels; ++c) sums[0][c] += values[c];
    })[0];
    if (moments.count > 0) {
        for (double& mean : moments.mean) mean /= static_cast<double>(moments.count);
    }
    const double* mean = moments.mean.data();
    moments.m2 = sum_pixels<1>(x.shape(), pool, [&x, channels, mean](std::int64_t pixel, const auto& sums) {
        const S* values = x.data() + pixel * channels;
        for (std::int64_t c = 0; c < channels; ++c) sums[0][c] += (values[c] - mean[c]) * (values[c] - mean[c]);
    })[0];
    return moments;
}

template ChannelMoments channel_moments(const Tensor<float>&, ThreadPool&);
template ChannelMoments channel_moments(const Tensor<double>&, ThreadPool&);

}  // namespace normscope::instruments
