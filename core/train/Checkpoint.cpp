#include "core/train/Checkpoint.h"

#include "core/io/AtomicFile.h"
#include "core/io/Safetensors.h"
#include "core/recipe/RecipeJson.h"

#include <span>

namespace normscope {

void save_checkpoint(const Experiment& experiment, const std::filesystem::path& path) {
    const auto state = experiment.network().state();
    std::vector<io::TensorEntry> tensors;
    for (const auto& tensor : state) {
        const auto bytes =
            tensor.is_count ? std::as_bytes(std::span(&tensor.count, 1)) : std::as_bytes(std::span(tensor.values));
        tensors.push_back({.name = tensor.name,
                           .type = tensor.is_count ? io::TensorType::i64 : io::TensorType::f32,
                           .dims = tensor.dims,
                           .bytes = bytes});
    }
    const io::TensorMetadata metadata{{"format", "pt"},
                                      {"normscope.recipe", to_json(experiment.recipe())},
                                      {"normscope.step", std::to_string(experiment.step().value)}};
    io::write_file(path, io::serialize(tensors, metadata));
}

}  // namespace normscope
