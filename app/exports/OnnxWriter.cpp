#include "app/exports/OnnxWriter.h"

#include "app/exports/OnnxLayers.h"
#include "core/Error.h"
#include "core/Version.h"
#include "core/recipe/RecipeJson.h"

#include <nlohmann/json.hpp>

namespace normscope::exports {
namespace {

constexpr std::int64_t opset = 15;
constexpr std::int64_t ir_version = 8;
constexpr std::size_t most_bytes = (std::size_t{2} << 30) - (std::size_t{16} << 20);  // protobuf's limit, and the rest

std::string dump(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void refuse_if_too_large(const nn::Network<float>& network) {
    const std::size_t bytes = network.parameters().values().size_bytes();
    if (bytes <= most_bytes) return;
    throw InputError("The network has " + std::to_string(bytes >> 20) +
                     " MiB of parameters, and an ONNX file can hold 2 GiB at most.");
}

void set_metadata(onnx::ModelProto& file, const ExportModel& model, const std::vector<instruments::FoldRecord>& folds) {
    const auto set = [&file](const char* key, const std::string& value) {
        auto& entry = *file.add_metadata_props();
        entry.set_key(key);
        entry.set_value(value);
    };
    nlohmann::ordered_json folded = nlohmann::ordered_json::array();
    for (const auto& record : folds) {
        if (record.is_folded()) folded.push_back(record.norm);
    }
    set("normscope.recipe", to_json(model.recipe));
    if (model.step) set("normscope.step", std::to_string(model.step->value));
    set("normscope.data", to_json(model.data));
    set("normscope.classes", dump(model.data.class_names));
    set("normscope.mean", dump(model.recipe.data.mean));
    set("normscope.std", dump(model.recipe.data.std));
    set("normscope.version", std::string(version()));
    set("normscope.folded", dump(folded));
}

}  // namespace

std::string onnx_bytes(const ExportModel& model, const std::vector<instruments::FoldRecord>& folds) {
    refuse_if_too_large(model.network);
    onnx::ModelProto file;
    file.set_ir_version(ir_version);
    file.add_opset_import()->set_version(opset);
    file.set_producer_name("NormScope");
    file.set_producer_version(std::string(version()));
    file.set_doc_string("The network '" + model.network.name() + "' in eval mode.");

    file.mutable_graph()->set_name(model.network.name());
    OnnxGraph graph(*file.mutable_graph());
    Shape image = model.network.image_shape();
    image.n = 1;
    OnnxValue x{.name = "input", .shape = image};
    graph.add_input(x.name, x.dims(), "Images: (pixel in [0, 1] - normscope.mean) / normscope.std, by channel.");
    OnnxLayers layers(model.network, graph);
    const OnnxValue y = layers.add(model.network.layers(), x);
    graph.rename(y.name, "logits");
    graph.add_output("logits", y.dims(), "One value a class of normscope.classes.");
    set_metadata(file, model, folds);

    std::string bytes;
    if (!file.SerializeToString(&bytes)) throw WorkError("The ONNX model could not be put into bytes.");
    return bytes;
}

}  // namespace normscope::exports
