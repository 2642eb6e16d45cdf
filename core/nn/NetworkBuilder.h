// From a list of layers to a network.
#pragma once

#include "core/nn/LayerFactory.h"
#include "core/nn/Network.h"
#include "core/recipe/Recipe.h"

namespace normscope::nn {

class LayerNames;

/// Builds the layers of a recipe one after the other, checks every shape and adds up the memory on the way.
///
///   norm        as model.norm.type: batch: BatchNorm2d, on vectors BatchNorm1d, with NormNoise behind it if model.norm
///               asks for noise; layer: GroupNorm with one group (each image as a whole, γ and β by channel), on
///               vectors LayerNorm; group; instance (never tracking, maps only); none: nothing
///   activation  as model.activation
///   Linear      out_features 0: as many as there are classes
///
/// With norm_position after_activation, a norm right in front of an activation changes places with it, across a
/// residual block's addition too. Names: LayerNames. A Flatten in front of a Linear layer keeps the order of memory,
/// and the Linear layer's weights go to files in PyTorch's order.
template <class S>
class NetworkBuilder {
   public:
    /// `batch_size` is what the estimate of memory goes by.
    NetworkBuilder(const ModelRecipe& model, const Shape& image, std::int64_t classes, std::int64_t batch_size = 1);

    /// Throws InputError with a sentence that names the layer: "model.layers[3] 'conv2': …", or for the networks that
    /// have a name of their own "model 'vgg' … (layer 'conv2')".
    Network<S> build(std::vector<LayerRecipe> layers);

   private:
    using Layers = std::vector<NamedModule<S>>;
    /// Where a list of layers stands.
    struct Place {
        std::string path;    ///< "model.layers"
        std::string prefix;  ///< of full names: "layer1."
        int depth = 0;
    };

    Layers build_list(const std::vector<LayerRecipe>& layers, const Place& place, LayerNames& names, Flow& flow);
    void build_layer(const LayerRecipe& layer, const Place& place, LayerNames& names, bool before_linear, Flow& flow,
                     Layers& built);
    std::unique_ptr<Module<S>> build_container(const LayerRecipe& layer, const Place& inside, Flow& flow);
    void append(std::string name, std::unique_ptr<Module<S>> module, Flow& flow, Layers& built);
    void charge(Module<S>& module, const Shape& input, const Shape& output);
    void check_end(const Flow& flow) const;

    const ModelRecipe& m_model;
    Shape m_image;
    std::int64_t m_classes;
    std::int64_t m_batch_size;
    LayerFactory<S> m_factory;
    double m_bytes = 0;
    int m_layers = 0;
};

}  // namespace normscope::nn
