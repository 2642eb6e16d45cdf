#include "app/exports/ExportTorch.h"

#include "app/exports/TorchSource.h"
#include "core/Error.h"
#include "core/io/AtomicFolder.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeJson.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace normscope::exports {
namespace {

namespace fs = std::filesystem;

constexpr const char* source_name = "model.py";
constexpr const char* weights_name = "weights.safetensors";
constexpr const char* recipe_name = "recipe.json";
constexpr std::int64_t stages = 3;  // source, weights, saved

[[noreturn]] void refuse(const fs::path& folder, const std::string& reason) {
    throw InputError("Could not save " + io::in_quotes(folder.native()) + ": " + reason +
                     " Choose a folder that is empty or does not exist yet.");
}

/// What Python leaves behind when model.py is imported.
bool is_bytecode_folder(const fs::path& path) {
    if (path.filename() != "__pycache__" || fs::is_symlink(path) || !fs::is_directory(path)) return false;
    return std::ranges::all_of(fs::directory_iterator(path), [](const fs::directory_entry& entry) {
        return entry.path().extension() == ".pyc" && entry.is_regular_file();
    });
}

bool is_ours(const fs::path& source) {
    std::ifstream file(source, std::ios::binary);
    std::array<char, 512> begin{};
    file.read(begin.data(), begin.size());
    const std::string_view text(begin.data(), static_cast<std::size_t>(file.gcount()));
    return text.find(torch_source_mark) != std::string_view::npos;
}

/// Only an earlier export may be replaced, and only if nothing else would go with it.
void check_earlier_export(const fs::path& folder) {
    constexpr std::array<std::string_view, 3> own{source_name, weights_name, recipe_name};
    try {
        for (const auto& entry : fs::directory_iterator(folder)) {
            const std::string name = entry.path().filename().native();
            const bool is_own = std::ranges::find(own, name) != own.end() && entry.is_regular_file();
            if (is_own || is_bytecode_folder(entry.path())) continue;
            refuse(folder, "it holds " + io::in_quotes(name) + ", which is not of an earlier export.");
        }
    } catch (const fs::filesystem_error& error) {
        refuse(folder, "it cannot be looked through (" + error.code().message() + ").");
    }
    if (!is_ours(folder / source_name)) refuse(folder, "its model.py is not of an earlier export.");
}

}  // namespace

TorchReport export_torch(const ExportModel& model, const fs::path& path, const instruments::Watch& watch) {
    watch.report(0, stages);
    const std::string source = torch_source(model);
    const std::string recipe = to_json(model.recipe);
    watch.report(1, stages);
    const auto weights = checkpoint_bytes(model.network, model.recipe, model.step, model.data);
    watch.report(2, stages);
    io::write_folder(
        path, {{source_name, io::as_bytes(source)}, {weights_name, weights}, {recipe_name, io::as_bytes(recipe)}},
        check_earlier_export);
    if (watch.progress) watch.progress(1);  // too late to be cancelled
    return {.bytes = source.size() + recipe.size() + weights.size(),
            .tensors = static_cast<std::int64_t>(model.network.state().size())};
}

}  // namespace normscope::exports
