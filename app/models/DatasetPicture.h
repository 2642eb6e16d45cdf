// Images of a data set as pictures for the screen.
#pragma once

#include "core/train/Dataset.h"

#include <QImage>

#include <cstdint>
#include <vector>

namespace normscope::app {

/// 8-bit grey, or RGB for three channels; other numbers of channels show their mean. `pixels` are height × width ×
/// channels as `like` has them; what is outside [0, 1] is cut off, NaN is black. Any thread.
QImage pictureOf(const std::vector<float>& pixels, const Dataset& like);
/// Image `index` of the data. Throws what reading it throws.
QImage pictureOf(const Dataset& data, std::int64_t index);

}  // namespace normscope::app
