#include "app/controllers/DataCache.h"

#include "datasets/DataSpec.h"

namespace normscope::app {

DataSplit DataCache::load(const DataRecipe& recipe) {
    const Key key{recipe.source, recipe.eval_source, recipe.eval_fraction};
    if (m_key != key) {
        m_data = datasets::load_data(recipe);
        m_key = key;
    }
    return m_data;
}

}  // namespace normscope::app
