#include "app/controllers/DataCache.h"

#include "datasets/DataSpec.h"

namespace normscope::app {

std::optional<DataSplit> DataCache::find(const Key& key) {
    const std::lock_guard lock(m_mutex);
    if (m_key != key) return std::nullopt;
    return m_data;
}

DataSplit DataCache::load(const DataRecipe& recipe, const datasets::LoadOptions& options) {
    const Key key{recipe.source, recipe.eval_source, recipe.eval_fraction};
    if (auto kept = find(key)) return *kept;
    // Not under the lock: reading a folder may take a while, and nobody else shall wait for it.
    DataSplit read = datasets::load_data(recipe, options);
    const std::lock_guard lock(m_mutex);
    m_key = key;
    m_data = read;
    return read;
}

}  // namespace normscope::app
