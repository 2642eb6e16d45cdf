#include "core/nn/Models.h"

#include "core/Error.h"
#include "core/nn/Conv2d.h"
#include "core/nn/Flatten.h"
#include "core/nn/Linear.h"
#include "core/nn/MaxPool2d.h"
#include "core/nn/ReLU.h"

namespace normscope::nn {
namespace {

/// Null for type "none".
template <class S>
std::unique_ptr<Module<S>> make_norm(const NormRecipe& recipe, std::int64_t channels) {
    if (recipe.type == "none") return nullptr;
    return std::make_unique<BatchNorm2d<S>>(
        typename BatchNorm2d<S>::Options{.channels = channels,
                                         .eps = recipe.eps,
                                         .momentum = recipe.momentum,
                                         .affine = recipe.affine,
                                         .track_running_stats = recipe.track_running_stats,
                                         .frozen = recipe.frozen});
}

/// Collects layers and keeps track of the shape they make.
template <class S>
class Chain {
   public:
    explicit Chain(const Shape& image) : m_shape{1, image.h, image.w, image.c} {}

    void add(std::string name, std::unique_ptr<Module<S>> module) {
        m_shape = module->output_shape(m_shape);
        m_layers.push_back({std::move(name), std::move(module)});
    }
    /// conv-norm-ReLU, numbered from 1.
    void add_block(const NormRecipe& norm, std::int64_t channels) {
        const std::string number = std::to_string(++m_blocks);
        add("conv" + number, std::make_unique<Conv2d<S>>(
                                 typename Conv2d<S>::Options{.in_channels = m_shape.c, .out_channels = channels}));
        if (auto layer = make_norm<S>(norm, channels)) add("bn" + number, std::move(layer));
        add("relu" + number, std::make_unique<ReLU<S>>());
    }
    void add_pool() { add("pool" + std::to_string(++m_pools), std::make_unique<MaxPool2d<S>>(2)); }
    void add_classifier(const std::string& name, std::int64_t classes) {
        const Shape maps = m_shape;
        add("flatten", std::make_unique<Flatten<S>>());
        add(name, std::make_unique<Linear<S>>(typename Linear<S>::Options{
                      .in_features = m_shape.c, .out_features = classes, .flattened = maps}));
    }
    std::vector<typename Network<S>::Layer> take() { return std::move(m_layers); }

   private:
    Shape m_shape;
    int m_blocks = 0;
    int m_pools = 0;
    std::vector<typename Network<S>::Layer> m_layers;
};

/// conv-BN-ReLU-pool with 16 and 32 channels, linear.
template <class S>
Network<S> make_simple(const ModelRecipe& recipe, const Shape& image, std::int64_t classes) {
    Chain<S> chain(image);
    for (const std::int64_t channels : {16, 32}) {
        chain.add_block(recipe.norm, channels);
        chain.add_pool();
    }
    chain.add_classifier("linear", classes);
    return Network<S>("simple", chain.take(), image);
}

/// Two blocks of twice conv-BN-ReLU, then pool, with 32 and 64 channels; linear. After Simonyan and Zisserman 2015.
template <class S>
Network<S> make_vgg(const ModelRecipe& recipe, const Shape& image, std::int64_t classes) {
    Chain<S> chain(image);
    for (const std::int64_t channels : {32, 64}) {
        chain.add_block(recipe.norm, channels);
        chain.add_block(recipe.norm, channels);
        chain.add_pool();
    }
    chain.add_classifier("linear", classes);
    return Network<S>("vgg", chain.take(), image);
}

}  // namespace

template <class S>
Network<S> make_network(const ModelRecipe& recipe, const Shape& image, std::int64_t classes) {
    try {
        if (recipe.name == "simple") return make_simple<S>(recipe, image, classes);
        if (recipe.name == "vgg") return make_vgg<S>(recipe, image, classes);
    } catch (const ShapeError& error) {
        throw InputError("model '" + recipe.name + "' cannot take images of " + std::to_string(image.w) + "×" +
                         std::to_string(image.h) + " pixels: " + error.what() + ".");
    }
    throw InputError("model.name: there is no network '" + recipe.name + "'; this version has: simple, vgg.");
}

template Network<float> make_network(const ModelRecipe&, const Shape&, std::int64_t);
template Network<double> make_network(const ModelRecipe&, const Shape&, std::int64_t);

}  // namespace normscope::nn
