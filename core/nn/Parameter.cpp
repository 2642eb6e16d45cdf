#include "core/nn/Parameter.h"

#include <stdexcept>

namespace normscope::nn {
namespace {

/// Calls pair(position in memory, position in PyTorch's order) for every value.
template <class S, class Pair>
void for_each_pair(const Parameter<S>& parameter, Pair pair) {
    switch (parameter.layout) {
        case Layout::plain:
            for (std::int64_t i = 0; i < parameter.size(); ++i) pair(i, i);
            return;
        case Layout::conv_hwio: {
            const auto out = parameter.dims[0], in = parameter.dims[1];
            const auto height = parameter.dims[2], width = parameter.dims[3];
            std::int64_t i = 0;
            for (std::int64_t h = 0; h < height; ++h) {
                for (std::int64_t w = 0; w < width; ++w) {
                    for (std::int64_t c = 0; c < in; ++c) {
                        for (std::int64_t o = 0; o < out; ++o) pair(i++, ((o * in + c) * height + h) * width + w);
                    }
                }
            }
            return;
        }
        case Layout::plain_hwc: {
            const auto height = parameter.hwc[0], width = parameter.hwc[1], channels = parameter.hwc[2];
            for (std::int64_t i = 0; i < parameter.size(); ++i) {
                const auto pixel = i / channels, c = i % channels;
                pair(i, c * height * width + pixel);
            }
            return;
        }
        case Layout::linear_hwc: {
            const auto out = parameter.dims[0], features = parameter.dims[1];
            const auto height = parameter.hwc[0], width = parameter.hwc[1], channels = parameter.hwc[2];
            std::int64_t i = 0;
            for (std::int64_t o = 0; o < out; ++o) {
                for (std::int64_t h = 0; h < height; ++h) {
                    for (std::int64_t w = 0; w < width; ++w) {
                        for (std::int64_t c = 0; c < channels; ++c) {
                            pair(i++, o * features + (c * height + h) * width + w);
                        }
                    }
                }
            }
            return;
        }
    }
}

}  // namespace

template <class S>
std::vector<S> to_torch_order(const Parameter<S>& parameter, std::span<const S> values) {
    std::vector<S> result(values.size());
    for_each_pair(parameter, [&](std::int64_t ours, std::int64_t torch) { result[torch] = values[ours]; });
    return result;
}

template <class S>
void from_torch_order(const Parameter<S>& parameter, std::span<const S> source, std::span<S> values) {
    if (static_cast<std::int64_t>(source.size()) != parameter.size()) {
        throw std::invalid_argument("parameter '" + parameter.name + "' has " + std::to_string(parameter.size()) +
                                    " values, not " + std::to_string(source.size()));
    }
    for_each_pair(parameter, [&](std::int64_t ours, std::int64_t torch) { values[ours] = source[torch]; });
}

template <class S>
ParameterArena<S>::ParameterArena(const std::vector<Parameter<S>*>& parameters) : m_parameters(parameters) {
    // Each parameter starts on a cache line.
    constexpr std::size_t line = 64 / sizeof(S);
    std::size_t total = 0;
    for (const auto* parameter : parameters) {
        total += (static_cast<std::size_t>(parameter->size()) + line - 1) / line * line;
    }
    m_values.assign(total, S{0});
    m_gradients.assign(total, S{0});
    std::size_t offset = 0;
    for (auto* parameter : parameters) {
        const auto size = static_cast<std::size_t>(parameter->size());
        parameter->value = std::span<S>(m_values).subspan(offset, size);
        parameter->gradient = std::span<S>(m_gradients).subspan(offset, size);
        offset += (size + line - 1) / line * line;
    }
}

template std::vector<float> to_torch_order(const Parameter<float>&, std::span<const float>);
template std::vector<double> to_torch_order(const Parameter<double>&, std::span<const double>);
template void from_torch_order(const Parameter<float>&, std::span<const float>, std::span<float>);
template void from_torch_order(const Parameter<double>&, std::span<const double>, std::span<double>);
template class ParameterArena<float>;
template class ParameterArena<double>;

}  // namespace normscope::nn
