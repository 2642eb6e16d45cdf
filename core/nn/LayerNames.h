// Names of layers within what holds them.
#pragma once

#include "core/recipe/Recipe.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::nn {

/// Gives layers without a name one by their kind: conv1, bn1, relu1, pool1, conv2 …; flatten and linear have a number
/// only if there are more of them. A name that the recipe gives is not given a second time.
class LayerNames {
   public:
    /// `parts`: the lists of layers that share names, e.g. a residual block's layers and those behind its addition.
    explicit LayerNames(const std::vector<const std::vector<LayerRecipe>*>& parts);

    /// The recipe's name or the next one of this stem. Throws InputError for a name that is taken or that no file and
    /// no program could use: letters, digits and _ only.
    std::string name_of(const LayerRecipe& layer, const std::string& stem);
    /// The next name of this stem.
    std::string next(const std::string& stem);

   private:
    std::set<std::string> m_given;
    std::set<std::string> m_used;
    std::map<std::string, int> m_numbers;
    int m_linears = 0;
};

}  // namespace normscope::nn
