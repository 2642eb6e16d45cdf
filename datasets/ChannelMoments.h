// What a data set's pixels are like, channel by channel: the numbers that "normalize" wants.
#pragma once

#include "core/train/Dataset.h"
#include "datasets/LoadOptions.h"

#include <vector>

namespace normscope::datasets {

/// Over all images and pixels of a channel, in the data's units (0 … 1 unless the data are floats of their own).
struct ChannelMoments {
    std::vector<double> mean;
    std::vector<double> std;  ///< population standard deviation: the sum of squares is divided by n
};

/// Reads every image once. Two passes over each image in double, merged image by image (Chan, Golub, LeVeque 1979):
/// the same bits in every run. NaN in the data shows as NaN. Throws what read_image throws; LoadCancelled.
ChannelMoments channel_moments(const Dataset& data, const LoadOptions& options = {});

}  // namespace normscope::datasets
