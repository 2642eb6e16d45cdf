// A network as the classes of model.py.
#pragma once

#include "app/exports/TorchExpression.h"
#include "core/nn/Network.h"

#include <string>
#include <utility>
#include <vector>

namespace normscope::exports {

/// A subclass of torch.nn.Module.
struct TorchClass {
    std::string name;
    std::string summary;
    std::vector<std::string> parameters;  ///< of __init__, behind self
    std::vector<std::pair<std::string, TorchExpression>> members;
    std::vector<std::string> forward;  ///< statements
};

/// Classes in the order in which they must stand; the last one is the network. Residual blocks that differ in nothing
/// but numbers share a class, and those numbers are its parameters. Throws InputError for layers that torch.nn does
/// not have and for names that torch.nn.Module needs for itself.
std::vector<TorchClass> torch_classes(const nn::Network<float>& network);

}  // namespace normscope::exports
