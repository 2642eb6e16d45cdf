#include "core/train/OptimizerOptions.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

namespace normscope {
namespace {

optim::Algorithm algorithm_of(const std::string& name) {
    if (name == "sgd") return optim::Algorithm::sgd;
    if (name == "adam") return optim::Algorithm::adam;
    if (name == "adamw") return optim::Algorithm::adamw;
    throw InputError("optimizer.name: there is no optimizer " + io::in_quotes(name) + ".");
}

}  // namespace

optim::Options optimizer_options(const OptimizerRecipe& recipe, double lr) {
    const optim::Algorithm algorithm = algorithm_of(recipe.name);
    return {.algorithm = algorithm,
            .lr = lr,
            .momentum = recipe.momentum,
            .nesterov = recipe.nesterov && algorithm == optim::Algorithm::sgd,
            .weight_decay = recipe.weight_decay,
            .beta1 = recipe.beta1,
            .beta2 = recipe.beta2,
            .eps = recipe.eps,
            .exempt_norm = recipe.exempt_norm};
}

}  // namespace normscope
