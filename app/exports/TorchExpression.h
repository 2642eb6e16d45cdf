// Calls of torch.nn, as model.py writes them.
#pragma once

#include "core/nn/Module.h"

#include <string>
#include <utility>
#include <vector>

namespace normscope::exports {

/// One argument of a call.
struct TorchArgument {
    std::string keyword;  ///< empty: by position
    std::string role;     ///< what a parameter in its place would be called
    std::string value;    ///< Python source

    std::string text() const { return keyword.empty() ? value : keyword + "=" + value; }
};

/// What is assigned to an attribute of a module: one call, or a Sequential of several.
struct TorchExpression {
    std::string callee;  ///< "nn.Conv2d"
    std::vector<TorchArgument> arguments;
    std::string suffix;                                             ///< ".requires_grad_(False)"
    std::string comment;                                            ///< without "#"; empty: none
    std::vector<std::pair<std::string, TorchExpression>> children;  ///< of nn.Sequential
    int block = -1;                                                 ///< index of the block it is an instance of
};

/// The torch.nn module that is `layer` (no container), with every option that differs from PyTorch's default; eps and
/// momentum always. `input`: what reaches it,
/// images or vectors. Throws InputError for a layer that torch.nn does not have.
TorchExpression torch_expression(const nn::Module<float>& layer, const Shape& input, bool is_vector);

}  // namespace normscope::exports
