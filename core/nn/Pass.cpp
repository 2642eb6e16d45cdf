#include "core/nn/Pass.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

namespace normscope::nn {

Kernels kernels_named(std::string_view name) {
    if (name == "reference") return Kernels::reference;
    if (name == "direct") return Kernels::direct;
    if (name == "winograd") return Kernels::winograd;
    throw InputError("kernels: there are no " + io::in_quotes(name) + "; there are reference, direct and winograd.");
}

}  // namespace normscope::nn
