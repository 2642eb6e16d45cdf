#include "core/nn/Initialization.h"

#include <cmath>

namespace normscope::nn {

template <class S>
void fill_kaiming_uniform(Parameter<S>& parameter, std::int64_t fan_in, RandomStream stream) {
    const float bound = 1.0F / std::sqrt(static_cast<float>(fan_in));
    std::vector<S> values(static_cast<std::size_t>(parameter.size()));
    for (S& value : values) value = static_cast<S>((2.0F * stream.uniform() - 1.0F) * bound);
    from_torch_order<S>(parameter, values, parameter.value);
}

template void fill_kaiming_uniform(Parameter<float>&, std::int64_t, RandomStream);
template void fill_kaiming_uniform(Parameter<double>&, std::int64_t, RandomStream);

}  // namespace normscope::nn
