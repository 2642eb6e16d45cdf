#include "core/train/DataChecks.h"

#include "core/Error.h"

#include <string>

namespace normscope {
namespace {

std::string size_text(const Shape& image) {
    return std::to_string(image.w) + "×" + std::to_string(image.h);
}

/// Another shape in front of a Flatten would give its values another meaning, even where their number is the same.
bool flattens_alike(const nn::Network<float>& network, Shape a, Shape b) {
    for (const auto& layer : network.layers()) {
        if (layer.module->kind() == "Flatten" && a != b) return false;
        a = layer.module->output_shape(a);
        b = layer.module->output_shape(b);
    }
    return true;
}

/// Why the network cannot take images of this shape; empty if it can.
std::string reason_against(const nn::Network<float>& network, const Shape& image) {
    const Shape& known = network.image_shape();
    const Shape expected{1, known.h, known.w, known.c}, given{1, image.h, image.w, image.c};
    try {
        if (network.output_shape(given) != network.output_shape(expected)) return "its output would have another shape";
        return flattens_alike(network, expected, given) ? "" : "its linear layer is made for maps of another shape";
    } catch (const nn::ShapeError& error) {
        return error.what();
    }
}

}  // namespace

Shape image_shape(const Dataset& data) {
    return {0, data.height(), data.width(), data.channels()};
}

void check_train_images(const DataSplit& data, const Recipe& recipe) {
    if (!data.train) throw InputError("the data set holds no image to train on.");
    const auto channels = static_cast<std::size_t>(data.train->channels());
    if (recipe.data.mean.size() == channels && recipe.data.std.size() == channels) return;
    throw InputError("data.normalize: the images have " + std::to_string(channels) +
                     (channels == 1 ? " channel" : " channels") + ", so mean and std need as many numbers each, not " +
                     std::to_string(recipe.data.mean.size()) + " and " + std::to_string(recipe.data.std.size()) + ".");
}

void check_eval_images(const DataSplit& data, const nn::Network<float>& network) {
    if (!data.eval) return;
    const Shape eval = image_shape(*data.eval), train = image_shape(*data.train);
    if (eval.c != train.c) {
        throw InputError("the evaluation images have " + std::to_string(eval.c) + " channels and the training images " +
                         std::to_string(train.c) + ".");
    }
    const auto eval_classes = data.eval->class_names().size(), classes = data.train->class_names().size();
    if (eval_classes > classes) {
        throw InputError("the evaluation images have " + std::to_string(eval_classes) +
                         " classes and the training images " + std::to_string(classes) + ".");
    }
    if (eval == train) return;
    const std::string reason = reason_against(network, eval);
    if (reason.empty()) return;
    throw InputError("the evaluation images have another size than the training images, " + size_text(eval) +
                     " instead of " + size_text(train) + " pixels, and the network '" + network.name() +
                     "' cannot take them: " + reason + ".");
}

}  // namespace normscope
