// The data set read last, so that a restart does not read it again.
#pragma once

#include "core/recipe/Recipe.h"
#include "core/train/Dataset.h"
#include "datasets/LoadOptions.h"

#include <mutex>
#include <optional>
#include <string>
#include <tuple>

namespace normscope::app {

/// Any thread may use it.
class DataCache {
   public:
    /// Throws InputError if the data cannot be read, datasets::LoadCancelled; what was read before is then kept.
    DataSplit load(const DataRecipe& recipe, const datasets::LoadOptions& options = {});

   private:
    using Key = std::tuple<std::string, std::optional<std::string>, double>;

    std::optional<DataSplit> find(const Key& key);

    std::mutex m_mutex;
    std::optional<Key> m_key;
    DataSplit m_data;
};

}  // namespace normscope::app
