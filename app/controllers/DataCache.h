// The data set read last, so that a restart does not read it again.
#pragma once

#include "core/recipe/Recipe.h"
#include "core/train/Dataset.h"

#include <optional>
#include <string>
#include <tuple>

namespace normscope::app {

/// Not thread safe: belongs to the session's thread.
class DataCache {
   public:
    /// Throws InputError if the data cannot be read; what was read before is then kept.
    DataSplit load(const DataRecipe& recipe);

   private:
    using Key = std::tuple<std::string, std::optional<std::string>, double>;

    std::optional<Key> m_key;
    DataSplit m_data;
};

}  // namespace normscope::app
