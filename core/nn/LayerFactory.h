// Single layers from what a recipe says about them.
#pragma once

#include "core/nn/Module.h"
#include "core/recipe/Recipe.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace normscope::nn {

/// What flows at one place of a network that is being built.
struct Flow {
    Shape shape;             ///< n is 1
    bool is_vector = false;  ///< behind a Flatten or Linear: (N, 1, 1, C)
    /// The maps that a Flatten made these vectors of, if their values are still in memory order; n = 0: not so.
    Shape flattened;
};

/// Words of LayerRecipe::layer, containers included.
std::span<const std::string_view> layer_words();

/// Makes leaves. All errors are InputError or, where the shape is at fault, ShapeError.
template <class S>
class LayerFactory {
   public:
    LayerFactory(const ModelRecipe& model, std::int64_t classes) : m_model(model), m_classes(classes) {}

    /// What automatic names begin with: "conv", "bn", "relu" … Throws InputError for an unknown word.
    std::string stem_of(const LayerRecipe& layer) const;

    /// Null for a "norm" of type "none". `before_linear`: this is a Flatten and nothing but elementwise layers lies
    /// between it and a Linear layer.
    std::unique_ptr<Module<S>> make(const LayerRecipe& layer, const Flow& at, bool before_linear) const;

    /// The noise behind a "norm", or null.
    std::unique_ptr<Module<S>> make_noise() const;

   private:
    std::unique_ptr<Module<S>> make_conv(const LayerRecipe& layer, const Flow& at) const;
    std::unique_ptr<Module<S>> make_linear(const LayerRecipe& layer, const Flow& at) const;
    std::unique_ptr<Module<S>> make_pool(const LayerRecipe& layer, const Flow& at) const;
    std::unique_ptr<Module<S>> make_activation(const std::string& word, double negative_slope) const;
    /// What model.norm says, for maps or vectors.
    std::unique_ptr<Module<S>> make_norm(const Flow& at) const;
    std::unique_ptr<Module<S>> make_batch_norm(const Flow& at) const;
    std::unique_ptr<Module<S>> make_layer_norm(const Flow& at) const;
    std::unique_ptr<Module<S>> make_group_norm(const Flow& at, std::int64_t groups) const;
    std::unique_ptr<Module<S>> make_instance_norm(const Flow& at) const;

    const ModelRecipe& m_model;
    std::int64_t m_classes;
};

}  // namespace normscope::nn
