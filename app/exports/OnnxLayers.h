// Layers as nodes of an ONNX graph.
#pragma once

#include "app/exports/OnnxGraph.h"
#include "core/nn/Module.h"
#include "core/nn/Network.h"

#include <map>
#include <string>
#include <vector>

namespace normscope::exports {

/// What a node computes: images (N, C, H, W) or vectors (N, C).
struct OnnxValue {
    std::string name;
    Shape shape;  ///< of one image
    bool is_vector = false;

    /// Dims behind the batch.
    std::vector<std::int64_t> dims() const {
        if (is_vector) return {shape.c};
        return {shape.c, shape.h, shape.w};
    }
};

/// Adds the nodes of eval mode, opset 15. Constants are named and ordered as the tensors of the state dict they hold.
class OnnxLayers {
   public:
    OnnxLayers(const nn::Network<float>& network, OnnxGraph& graph);

    /// The layers one after the other. Throws InputError for a layer that ONNX has no words for: it names the layer and
    /// the reason.
    OnnxValue add(const std::vector<nn::NamedModule<float>>& layers, OnnxValue x);

   private:
    OnnxValue add_layer(const nn::Module<float>& layer, const OnnxValue& x);
    /// Name of the value that `layer` makes of `x`; x's own name for layers that do nothing in eval mode.
    std::string add_leaf(const nn::Module<float>& layer, const OnnxValue& x);
    std::string add_conv(const nn::Module<float>& layer, const OnnxValue& x);
    std::string add_linear(const nn::Module<float>& layer, const OnnxValue& x);
    std::string add_max_pool(const nn::Module<float>& layer, const OnnxValue& x);
    std::string add_average_pool(const nn::Module<float>& layer, const OnnxValue& x);
    std::string add_adaptive_pool(const nn::Module<float>& layer, const OnnxValue& x);
    /// The mean over windows along one side, as a product with a matrix.
    std::string add_side_means(const std::string& name, const std::string& x, std::int64_t from, std::int64_t to);

    // Norm layers: OnnxNorms.cpp.
    /// Empty if `layer` is no norm layer.
    std::string add_norm(const nn::Module<float>& layer, const OnnxValue& x);
    std::string add_batch_norm(const nn::Module<float>& layer, const OnnxValue& x, double eps,
                               std::optional<double> momentum, bool affine);
    std::string add_instance_norm(const nn::Module<float>& layer, const OnnxValue& x, double eps);
    /// Groups of values of each image.
    std::string add_group_norm(const nn::Module<float>& layer, const OnnxValue& x, std::int64_t groups, double eps);
    /// γ and β, with one value a channel or one a value of the image.
    std::string add_scale_and_shift(const nn::Module<float>& layer, const OnnxValue& shape, const std::string& x);

    bool has_state(const nn::Module<float>& layer, const char* what) const;
    /// A tensor of the state as a constant, in its own shape or another.
    std::string add_state(const nn::Module<float>& layer, const char* what);
    std::string add_state(const nn::Module<float>& layer, const char* what, const std::vector<std::int64_t>& dims);
    /// A constant of the name that a tensor of the state would have, with one value throughout.
    std::string add_filled(const std::string& name, std::int64_t size, float value);

    std::map<std::string, nn::StateTensor<float>> m_state;
    OnnxGraph& m_graph;
};

}  // namespace normscope::exports
