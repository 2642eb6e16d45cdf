#include "core/nn/MemoryEstimate.h"

#include <unistd.h>

#include <cmath>

namespace normscope::nn {

double training_bytes(const std::string& kind, double parameters, const Shape& input, const Shape& output, double batch,
                      double scalar_size) {
    const auto values = [](const Shape& shape) {
        return static_cast<double>(shape.h) * static_cast<double>(shape.w) * static_cast<double>(shape.c);
    };
    double scalars = 4 * parameters + batch * (values(input) + values(output));
    if (kind == "Conv2d") {
        // Every work group has patches of one image, and a partial sum of the parameters' gradients.
        const double patch = parameters / static_cast<double>(output.c);
        const double pixels = static_cast<double>(output.h) * static_cast<double>(output.w);
        scalars += static_cast<double>(work_groups) * (pixels * patch + parameters);
    }
    if (kind == "Dropout" || kind == "NormNoise" || kind == "MaxPool2d") scalars += batch * values(output);
    return scalars * scalar_size;
}

double machine_bytes() {
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

std::string bytes_text(double bytes) {
    const bool is_large = bytes >= 1e9;
    const double number = std::round(bytes / (is_large ? 1e8 : 1e6));
    if (!is_large) return std::to_string(static_cast<long long>(number)) + " MB";
    if (number >= 1e12) return "more than 100000000 TB";
    const auto tenths = static_cast<long long>(number);
    return std::to_string(tenths / 10) + (tenths < 100 ? "." + std::to_string(tenths % 10) : "") + " GB";
}

}  // namespace normscope::nn
