#include "datasets/ChannelMoments.h"

#include <cmath>

namespace normscope::datasets {

ChannelMoments channel_moments(const Dataset& data, const LoadOptions& options) {
    constexpr std::int64_t images_between_reports = 256;
    const auto channels = static_cast<std::size_t>(data.channels());
    const auto plane = static_cast<double>(data.height() * data.width());
    std::vector<float> pixels(static_cast<std::size_t>(data.height() * data.width()) * channels);
    ChannelMoments moments{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
    for (std::int64_t n = 0; n < data.size(); ++n) {
        if (n % images_between_reports == 0) report_progress(options, {"measuring", n, data.size()});
        data.read_image(n, pixels);
        const double before = static_cast<double>(n) * plane;
        for (std::size_t c = 0; c < channels; ++c) {
            double sum = 0;
            for (std::size_t i = c; i < pixels.size(); i += channels) sum += static_cast<double>(pixels[i]);
            const double mean = sum / plane;
            double squares = 0;
            for (std::size_t i = c; i < pixels.size(); i += channels) {
                const double difference = static_cast<double>(pixels[i]) - mean;
                squares += difference * difference;
            }
            const double shift = mean - moments.mean[c];
            moments.mean[c] += shift * plane / (before + plane);
            moments.std[c] += squares + shift * shift * before * plane / (before + plane);
        }
    }
    for (auto& squares : moments.std) squares = std::sqrt(squares / (static_cast<double>(data.size()) * plane));
    report_progress(options, {"measuring", data.size(), data.size()});
    return moments;
}

}  // namespace normscope::datasets
