#include "app/models/DatasetPicture.h"

#include <algorithm>
#include <cmath>

namespace normscope::app {
namespace {

uchar toByte(float value) {
    return std::isnan(value) ? 0 : static_cast<uchar>(std::lround(255 * std::clamp(value, 0.0F, 1.0F)));
}

}  // namespace

QImage pictureOf(const std::vector<float>& pixels, const Dataset& like) {
    const auto height = like.height(), width = like.width(), channels = like.channels();
    QImage image(int(width), int(height), channels == 3 ? QImage::Format_RGB888 : QImage::Format_Grayscale8);
    for (std::int64_t y = 0; y < height; ++y) {
        uchar* line = image.scanLine(int(y));
        for (std::int64_t x = 0; x < width; ++x) {
            const float* pixel = pixels.data() + (y * width + x) * channels;
            if (channels == 3) {
                for (int c = 0; c < 3; ++c) line[3 * x + c] = toByte(pixel[c]);
            } else {
                float sum = 0;
                for (std::int64_t c = 0; c < channels; ++c) sum += pixel[c];
                line[x] = toByte(sum / float(channels));
            }
        }
    }
    return image;
}

QImage pictureOf(const Dataset& data, std::int64_t index) {
    std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width() * data.channels()));
    data.read_image(index, pixels);
    return pictureOf(pixels, data);
}

}  // namespace normscope::app
