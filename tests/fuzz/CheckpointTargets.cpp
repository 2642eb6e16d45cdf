#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"
#include "core/recipe/RecipeJson.h"
#include "core/train/Checkpoint.h"
#include "core/train/ResumeFile.h"
#include "core/train/Trainer.h"
#include "tests/core/train/SyntheticDataset.h"
#include "tests/fuzz/Expectations.h"
#include "tests/fuzz/TargetFunctions.h"

#include <cstring>

namespace normscope::testing {
namespace {

/// A network of every kind of tensor, so small that a file of it has 2 KB.
Recipe small_recipe() {
    Recipe recipe = synthetic_recipe();
    recipe.model.name = "custom";
    LayerRecipe conv{.layer = "Conv2d", .name = "", .out_channels = 2};
    conv.kernel_size = 3;
    recipe.model.layers = {
        conv, {.layer = "norm", .name = ""}, {.layer = "Flatten", .name = ""}, {.layer = "Linear", .name = ""}};
    recipe.data.batch_size = 4;
    recipe.kernels = "reference";
    return recipe;
}

const Experiment& trained() {
    static const Experiment experiment = [] {
        Experiment made(small_recipe(), synthetic_split(8, 0));
        made.set_hyperparameter("optimizer.lr", 0.01);
        return made;
    }();
    return experiment;
}

std::string text_of(const std::vector<std::byte>& bytes) {
    return std::string(io::as_text(bytes));
}

}  // namespace

void run_safetensors(Bytes bytes) {
    io::SafetensorsContent content;
    if (!accepted([&] { content = io::parse_safetensors(bytes, "file"); })) return;
    std::size_t sum = 0;
    for (const auto& tensor : content.tensors) {
        const auto* first = tensor.bytes.data();
        require(tensor.bytes.empty() ||
                    (first >= bytes.data() && first + tensor.bytes.size() <= bytes.data() + bytes.size()),
                "a tensor reaches beyond the file");
        sum += tensor.bytes.size();
    }
    require(sum <= bytes.size(), "tensors overlap");
    const auto again = io::serialize(content.tensors, content.metadata);
    const auto read_again = io::parse_safetensors(again, "again");
    require(read_again.tensors.size() == content.tensors.size() && read_again.metadata == content.metadata,
            "a file that was read and written is another one");
}

void run_checkpoint(Bytes bytes) {
    ModelState state;
    if (!accepted([&] { state = parse_model_state(bytes, "file"); })) return;
    nn::Network<float> network = trained().network();
    const auto before = text_of(checkpoint_bytes(trained()));
    Experiment target = trained();
    if (!accepted([&] {
            for (const auto& warning : apply_model_state(state, target.network())) require_sentence(warning);
        })) {
        require(text_of(checkpoint_bytes(target)) == before, "a refused checkpoint changed the network");
    }
}

void run_resume(Bytes bytes) {
    ResumeFile file;
    if (!accepted([&] { file = parse_resume_file(bytes, "file"); })) return;
    // Other networks may be too large to be built here by the thousand.
    Recipe recipe = file.recipe;
    const auto model_text = [](Recipe r) {
        Recipe only;
        only.model = std::move(r.model);
        return to_json(only);
    };
    if (model_text(recipe) != model_text(small_recipe())) return;
    accepted([&] {
        const Experiment restored = restore_experiment(file, trained().data());
        require(restored.step() == file.position.step, "resumed at another step");
        require(restored.progress() >= 0, "a negative progress");
        const auto again = parse_resume_file(resume_bytes(restored), "again");
        require(again.position.sampler.position == restored.position().sampler.position, "resumed at another image");
    });
}

Seeds safetensors_seeds() {
    const float values[] = {1, 2, -0.0F, 4};
    const std::int64_t count[] = {7};
    const auto raw = std::as_bytes(std::span(values));
    const std::vector<io::TensorEntry> entries{
        {.name = "a.weight", .type = io::TensorType::f32, .dims = {2, 2}, .bytes = raw},
        {.name = "bn1.num_batches_tracked",
         .type = io::TensorType::i64,
         .dims = {},
         .bytes = std::as_bytes(std::span(count))}};
    return {text_of(checkpoint_bytes(trained())), text_of(io::serialize(entries, {{"format", "pt"}})),
            text_of(io::serialize({}, {})), "\x80\x02}q"};
}

Seeds resume_seeds() {
    Experiment later = trained();
    later.set_hyperparameter("model.norm.momentum", 0.5);
    return {text_of(resume_bytes(trained())), text_of(resume_bytes(later, {{"history.bytes", "12"}})),
            text_of(checkpoint_bytes(trained()))};
}

}  // namespace normscope::testing
