#include "core/nn/GroupNorm.h"

#include "core/Error.h"

namespace normscope::nn {
namespace {

template <class Options>
const Options& checked(const Options& options) {
    if (options.groups < 1 || options.channels % options.groups != 0) {
        throw InputError("GroupNorm: num_channels must be divisible by num_groups, and " +
                         std::to_string(options.channels) + " is not by " + std::to_string(options.groups) + ".");
    }
    return options;
}

}  // namespace

template <class S>
GroupNorm<S>::GroupNorm(const Options& options)
    : ImageNorm<S>({.channels = checked(options).channels,
                    .groups = options.groups,
                    .eps = options.eps,
                    .affine = options.affine,
                    .elements = {0, 1, 1, options.channels}}),
      m_options(options) {}

template <class S>
std::string GroupNorm<S>::detail() const {
    return std::to_string(m_options.channels) + " channels in " + std::to_string(m_options.groups) +
           (m_options.groups == 1 ? " group" : " groups");
}

template <class S>
Shape GroupNorm<S>::output_shape(const Shape& input) const {
    if (input.c != m_options.channels) {
        throw ShapeError("GroupNorm has " + std::to_string(m_options.channels) + " channels, got input size " +
                         to_string(input));
    }
    return input;
}

template <class S>
void GroupNorm<S>::check_batch(const Shape& shape, Mode /*mode*/) const {
    const auto sets = shape.n * shape.c / m_options.groups;
    if (sets * shape.h * shape.w != 1) return;
    throw InputError("Expected more than 1 value per channel when training, got input size [1, " +
                     std::to_string(m_options.groups) + ", 1, 1]");
}

template <class S>
std::unique_ptr<Module<S>> GroupNorm<S>::clone() const {
    Options options = m_options;
    options.eps = this->eps();
    auto copy = std::make_unique<GroupNorm>(options);
    copy->set_frozen_affine(this->frozen_affine());
    return copy;
}

template class GroupNorm<float>;
template class GroupNorm<double>;

}  // namespace normscope::nn
