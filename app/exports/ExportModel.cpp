#include "app/exports/ExportModel.h"

#include "core/Error.h"
#include "core/nn/Models.h"

namespace normscope::exports {

ExportModel export_model_of(const Experiment& experiment) {
    return {experiment.network(), experiment.recipe(), experiment.step(), describe(*experiment.data().train)};
}

ExportModel export_model_of(const ModelState& state, const Recipe& recipe, const DataDescription& data,
                            std::vector<std::string>& notes) {
    const auto channels = static_cast<std::size_t>(data.channels);
    if (recipe.data.mean.size() != channels || recipe.data.std.size() != channels) {
        throw InputError("The images have " + std::to_string(channels) +
                         " channels, and the recipe's data.normalize is for " +
                         std::to_string(recipe.data.mean.size()) + ".");
    }
    auto network =
        nn::make_network<float>(recipe.model, data.image_shape(), static_cast<std::int64_t>(data.class_names.size()));
    const auto found = apply_model_state(state, network);
    notes.insert(notes.end(), found.begin(), found.end());
    return {std::move(network), recipe, state.step, data};
}

}  // namespace normscope::exports
