#include "core/sweep/SweepJson.h"

#include "core/Error.h"
#include "core/io/FileKind.h"
#include "core/io/MessageText.h"
#include "core/io/ReadFile.h"
#include "core/recipe/RecipeFields.h"
#include "core/recipe/RecipeReader.h"
#include "core/sweep/RunHash.h"
#include "core/sweep/SweepDocument.h"
#include "core/sweep/SweepParts.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace normscope::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_sweep_bytes = 1U << 20;
constexpr std::int64_t most_steps = std::int64_t{1} << 40;

/// An entry of "runs", or the base where there are none.
struct Entry {
    SweepRun run;
    std::string pointer;  ///< of the entry
};

class SweepReader {
   public:
    SweepReader(const Json& root, const SweepDocument& document) : m_root{root, ""}, m_document(document) {}

    Sweep read() {
        m_document.require_keys(m_root, "a sweep",
                                {"schema", "name", "description", "base", "steps", "epochs", "runs", "grid", "plots",
                                 "claims", "published"});
        read_schema();
        if (m_root.has("name")) m_sweep.name = m_document.text(m_root.at("name"), "name");
        if (m_root.has("description")) m_sweep.description = m_document.text(m_root.at("description"), "description");
        SweepRun base = read_base();
        const auto entries = read_entries(base);
        read_grid(entries.size());
        for (const Entry& entry : entries) add_combinations(entry, entry.run, 0);
        find_axes();
        if (m_root.has("plots")) m_sweep.plots = read_plots(m_document, m_root.at("plots"));
        if (m_root.has("claims")) m_sweep.claims = read_claims(m_document, m_root.at("claims"), m_sweep.runs);
        if (m_root.has("published")) m_sweep.published = read_published(m_document, m_root.at("published"));
        m_sweep.json = m_root.value.dump(2) + '\n';
        return std::move(m_sweep);
    }

   private:
    void read_schema() {
        if (!m_root.has("schema")) return;
        const Node schema = m_root.at("schema");
        if (m_document.whole(schema, "schema", 1, most_steps) > 1) {
            m_document.refuse(schema, "the sweep has schema " + schema.value.dump() +
                                          ", which is newer than this version of NormScope; it reads schema 1.");
        }
    }

    SweepRun read_base() {
        SweepRun base;
        if (m_root.has("base")) {
            const Node node = m_root.at("base");
            reader_of(base.recipe, node.pointer).read_document(node.value);
        }
        if (m_root.has("epochs")) {
            if (m_root.has("steps")) m_document.refuse(m_root.at("epochs"), "give steps or epochs, not both.");
            const Node node = m_root.at("epochs");
            reader_of(base.recipe, "").read(node.value, "epochs", node.pointer);
        }
        if (m_root.has("steps")) base.steps = m_document.whole(m_root.at("steps"), "steps", 1, most_steps);
        return base;
    }

    std::vector<Entry> read_entries(const SweepRun& base) {
        if (!m_root.has("runs")) return {{base, "/base"}};
        const Node runs = m_root.at("runs");
        m_document.require_array(runs, "runs");
        std::vector<Entry> entries;
        for (std::size_t i = 0; i < runs.value.size(); ++i) {
            const Node node = runs.at(i);
            m_document.require_object(node, "an entry of runs");
            Entry& entry = entries.emplace_back(Entry{base, node.pointer});
            for (const auto& [key, value] : node.value.items()) override_setting(entry.run, key, node.at(key));
        }
        return entries;
    }

    /// `key` is "label", "steps", a dotted path, or a section of a recipe.
    void override_setting(SweepRun& run, const std::string& key, const Node& node) {
        if (key == "label") {
            run.label = m_document.text(node, "label");
            mention("label");
        } else if (key == "steps") {
            run.steps = m_document.whole(node, "steps", 1, most_steps);
            mention("steps");
        } else {
            mention_settings(key, node.value);
            const bool is_dotted = key.find('.') != std::string::npos;
            if (is_dotted) m_document.require_path(node, key);
            if (is_dotted || find_recipe_field(key)) {
                reader_of(run.recipe, "").read(node.value, key, node.pointer);
            } else {
                // As part of a recipe, so that unknown keys are met with its advice.
                const Json part{{key, node.value}};
                const std::string parent = node.pointer.substr(0, node.pointer.rfind('/'));
                reader_of(run.recipe, parent).read_document(part);
            }
        }
    }

    void read_grid(std::size_t entries) {
        std::size_t runs = entries;
        if (m_root.has("grid")) {
            const Node grid = m_root.at("grid");
            m_document.require_object(grid, "grid");
            for (const auto& [path, values] : grid.value.items()) {
                const Node axis = grid.at(path);
                m_document.require_array(axis, "grid, " + path + ',');
                m_document.require_path(axis, path);
                if (path == "label") m_document.refuse(axis, "\"label\" is for entries of runs.");
                mention(path);
                m_grid.emplace_back(path, axis);
                runs = values.size() > max_runs / std::max<std::size_t>(runs, 1) ? max_runs + 1 : runs * values.size();
                if (runs > max_runs) {
                    m_document.refuse(
                        axis, "that makes more than " + std::to_string(max_runs) + " runs, the most a sweep may have.");
                }
            }
        }
    }

    /// All runs of `entry` with the settings of grid axes from `axis` on.
    void add_combinations(const Entry& entry, const SweepRun& run, std::size_t axis) {
        if (axis == m_grid.size()) return add(entry, run);
        const auto& [path, node] = m_grid[axis];
        for (std::size_t i = 0; i < node.value.size(); ++i) {
            SweepRun next = run;
            set_grid_value(next, path, node.at(i));
            add_combinations(entry, next, axis + 1);
        }
    }

    void set_grid_value(SweepRun& run, const std::string& path, const Node& node) {
        if (path == "steps") {
            run.steps = m_document.whole(node, "steps", 1, most_steps);
        } else {
            reader_of(run.recipe, "").read(node.value, path, node.pointer);
        }
    }

    void add(const Entry& entry, SweepRun run) {
        const Node place{m_root.value, m_root.has("grid") ? "/grid" : entry.pointer};
        try {
            RecipeReader(run.recipe, "", nullptr).check();
        } catch (const InputError& error) {
            std::string sentence = error.what();
            if (sentence.starts_with(": ")) sentence.erase(0, 2);
            m_document.refuse(place, sentence);
        }
        run.hash = run_hash(run.recipe, run.steps);
        const auto [known, is_new] = m_known.emplace(run.hash, m_sweep.runs.size());
        if (!is_new) {
            m_document.refuse(place, "runs " + std::to_string(known->second + 1) + " and " +
                                         std::to_string(m_sweep.runs.size() + 1) +
                                         " are the same; a value is listed twice, or changes nothing.");
        }
        m_sweep.runs.push_back(std::move(run));
    }

    void mention(const std::string& path) {
        if (std::ranges::find(m_mentioned, path) == m_mentioned.end()) m_mentioned.push_back(path);
    }
    void mention_settings(const std::string& path, const Json& value) {
        if (find_recipe_field(path)) return mention(path);
        if (!value.is_object()) return;
        for (const auto& [key, part] : value.items()) mention_settings(join_path(path, key), part);
    }

    void find_axes() {
        std::ranges::stable_partition(m_mentioned, [](const std::string& path) { return path == "label"; });
        for (const std::string& path : m_mentioned) {
            Axis axis{path, {}};
            std::unordered_set<std::string> seen;
            for (const SweepRun& run : m_sweep.runs) {
                if (auto value = value_of(run, path); seen.insert(value).second) axis.values.push_back(value);
            }
            if (axis.values.size() > 1) m_sweep.axes.push_back(std::move(axis));
        }
    }

    RecipeReader reader_of(Recipe& recipe, std::string prefix) const {
        return {recipe, m_document.file_name(), &m_document.places(), std::move(prefix)};
    }

    Node m_root;
    const SweepDocument& m_document;
    Sweep m_sweep;
    std::vector<std::pair<std::string, Node>> m_grid;
    std::vector<std::string> m_mentioned;  ///< settings, in the file's order
    std::unordered_map<std::string, std::size_t> m_known;
};

}  // namespace

Sweep parse_sweep(std::string_view json, std::string_view file_name) {
    io::JsonPlaces places;
    const Json root = io::parse_json(json, file_name, {}, &places);
    const SweepDocument document{std::string(file_name), places};
    return SweepReader(root, document).read();
}

Sweep load_sweep(const std::filesystem::path& path) {
    const auto bytes = io::read_file(path, max_sweep_bytes);
    const auto kind = io::recognise_file(bytes);
    if (kind && *kind != "a JSON file") {
        throw InputError(path.native() + " is not a sweep: it looks like " + std::string(*kind) + '.');
    }
    return parse_sweep(io::as_text(bytes), path.native());
}

}  // namespace normscope::sweep
