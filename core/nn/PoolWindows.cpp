#include "core/nn/PoolWindows.h"

#include "core/Error.h"

namespace normscope::nn {

PoolWindows::PoolWindows(std::string kind, const PoolOptions& options) : m_kind(std::move(kind)), m_options(options) {
    if (m_options.stride == 0) m_options.stride = m_options.kernel;
    if (options.kernel < 1 || options.stride < 0 || options.padding < 0) {
        throw InputError(m_kind + ": kernel size and stride must be at least 1, the padding at least 0.");
    }
    if (2 * options.padding > options.kernel) {
        throw InputError(m_kind + ": pad should be at most half of kernel size, but got pad=" +
                         std::to_string(options.padding) + " and kernel_size=" + std::to_string(options.kernel) + ".");
    }
}

std::string PoolWindows::detail() const {
    std::string text = std::to_string(m_options.kernel) + "×" + std::to_string(m_options.kernel);
    if (m_options.stride != m_options.kernel) text += ", stride " + std::to_string(m_options.stride);
    return text;
}

Shape PoolWindows::output_shape(const Shape& input) const {
    const auto [kernel, stride, padding] = m_options;
    if (input.h + 2 * padding < kernel || input.w + 2 * padding < kernel) {
        throw ShapeError(m_kind + ": a window of size " + std::to_string(kernel) + " does not fit into input size " +
                         to_string(input));
    }
    return {input.n, (input.h + 2 * padding - kernel) / stride + 1, (input.w + 2 * padding - kernel) / stride + 1,
            input.c};
}

}  // namespace normscope::nn
