#include "core/recipe/LayerRecipeJson.h"

#include "core/io/Json.h"
#include "core/io/MessageText.h"
#include "core/recipe/FieldChecks.h"
#include "core/recipe/NearestName.h"

#include <algorithm>
#include <array>

namespace normscope {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::string_view;

constexpr std::int64_t largest_channels = 65536;
constexpr std::int64_t largest_features = 1'000'000;
constexpr std::int64_t largest_window = 1024;
constexpr double largest_slope = 1000;
constexpr std::size_t longest_name = 64;
constexpr std::size_t shown_key = 60;

/// A key with a single value. The keys "layers", "shortcut" and "after" hold layers instead.
struct LayerKey {
    Path name;
    Json (*read)(const LayerRecipe&);
    void (*write)(LayerRecipe&, const Json& value, Path path);
};

template <std::int64_t LayerRecipe::*member, std::int64_t minimum, std::int64_t maximum>
constexpr LayerKey whole(Path name) {
    return {name, [](const LayerRecipe& r) { return Json(r.*member); },
            [](LayerRecipe& r, const Json& v, Path p) { r.*member = checked_whole(v, p, minimum, maximum); }};
}

/// null in JSON is 0 in the recipe.
template <std::int64_t LayerRecipe::*member, std::int64_t maximum>
constexpr LayerKey whole_or_null(Path name) {
    return {
        name, [](const LayerRecipe& r) { return r.*member == 0 ? Json(nullptr) : Json(r.*member); },
        [](LayerRecipe& r, const Json& v, Path p) { r.*member = v.is_null() ? 0 : checked_whole(v, p, 1, maximum); }};
}

void write_name(LayerRecipe& layer, const Json& value, Path path) {
    layer.name.clear();
    if (value.is_null()) return;
    const std::string name = checked_text(value, path);
    constexpr Path letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (name.size() > longest_name || name.find_first_not_of(letters) != std::string::npos) {
        throw InputError(std::string(path) + " must be up to " + std::to_string(longest_name) +
                         " letters, digits and underscores, not " + io::in_quotes(name, shown_key) + ".");
    }
    layer.name = name;
}

constexpr std::array keys{
    LayerKey{"name", [](const LayerRecipe& r) { return r.name.empty() ? Json(nullptr) : Json(r.name); }, write_name},
    whole<&LayerRecipe::out_channels, 1, largest_channels>("out_channels"),
    whole_or_null<&LayerRecipe::out_features, largest_features>("out_features"),
    whole<&LayerRecipe::kernel_size, 1, largest_window>("kernel_size"),
    whole_or_null<&LayerRecipe::stride, largest_window>("stride"),
    whole<&LayerRecipe::padding, 0, largest_window>("padding"),
    LayerKey{"bias", [](const LayerRecipe& r) { return Json(r.bias); },
             [](LayerRecipe& r, const Json& v, Path p) { r.bias = checked_bool(v, p); }},
    whole<&LayerRecipe::output_size, 1, largest_window>("output_size"),
    whole_or_null<&LayerRecipe::num_groups, largest_channels>("num_groups"),
    LayerKey{"p", [](const LayerRecipe& r) { return Json(r.p); },
             [](LayerRecipe& r, const Json& v, Path p) { r.p = checked_number(v, p, 0, 1); }},
    LayerKey{"negative_slope", [](const LayerRecipe& r) { return Json(r.negative_slope); },
             [](LayerRecipe& r, const Json& v, Path p) {
                 r.negative_slope = checked_number(v, p, -largest_slope, largest_slope);
             }},
};

const LayerKey* find_key(Path name) {
    const auto found = std::ranges::find(keys, name, &LayerKey::name);
    return found == keys.end() ? nullptr : &*found;
}

/// The layers that one of these keys holds; null for other keys.
std::vector<LayerRecipe>* layers_in(LayerRecipe& layer, Path key) {
    if (key == "layers") return &layer.layers;
    if (key == "shortcut") return &layer.shortcut;
    return key == "after" ? &layer.after : nullptr;
}

/// What one word takes beside "layer" and "name", and which of it it needs.
struct LayerWord {
    Path name;
    std::vector<Path> needed = {};
    std::vector<Path> optional = {};
};

const std::vector<LayerWord>& words() {
    static const std::vector<LayerWord> table{
        {"Conv2d", {"out_channels", "kernel_size"}, {"stride", "padding", "bias"}},
        {"Linear", {}, {"out_features", "bias"}},
        {"ReLU"},
        {"Sigmoid"},
        {"LeakyReLU", {}, {"negative_slope"}},
        {"MaxPool2d", {"kernel_size"}, {"stride", "padding"}},
        {"AvgPool2d", {"kernel_size"}, {"stride", "padding"}},
        {"AdaptiveAvgPool2d", {"output_size"}},
        {"Dropout", {}, {"p"}},
        {"Flatten"},
        {"BatchNorm2d"},
        {"BatchNorm1d"},
        {"LayerNorm"},
        {"InstanceNorm2d"},
        {"GroupNorm", {}, {"num_groups"}},
        {"Sequential", {"layers"}},
        {"Residual", {"layers"}, {"shortcut", "after"}},
        {"norm"},
        {"activation"},
    };
    return table;
}

const LayerWord* find_word(Path name) {
    const auto found = std::ranges::find(words(), name, &LayerWord::name);
    return found == words().end() ? nullptr : &*found;
}

std::vector<Path> keys_of(const LayerWord& word) {
    std::vector<Path> names{"layer", "name"};
    names.insert(names.end(), word.needed.begin(), word.needed.end());
    names.insert(names.end(), word.optional.begin(), word.optional.end());
    return names;
}

/// Reads one array with all that is in it. Throws PlacedError.
class LayerReader {
   public:
    std::vector<LayerRecipe> read(const Json& value, const std::string& path, const std::string& pointer,
                                  std::size_t depth) {
        if (!value.is_array()) refuse(path + " must be an array of layers, [{\"layer\": …}, …]", pointer);
        if (depth > max_layer_depth) {
            refuse(path + ": layers stand more than " + std::to_string(max_layer_depth) + " deep within each other",
                   pointer);
        }
        std::vector<LayerRecipe> layers;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const std::string number = std::to_string(i);
            std::string place = pointer;
            place += '/' + number;
            if (++m_count > max_layers) {
                refuse(path + ": there are more than " + std::to_string(max_layers) + " layers", place);
            }
            layers.push_back(read_layer(value[i], path + '[' + number + ']', place, depth));
            check_name(layers, path, place);
        }
        return layers;
    }

   private:
    [[noreturn]] static void refuse(const std::string& sentence, const std::string& pointer,
                                    PlacedError::Part part = PlacedError::Part::value) {
        throw PlacedError(sentence + (sentence.ends_with('?') ? "" : "."), pointer, part);
    }

    LayerRecipe read_layer(const Json& value, const std::string& path, const std::string& pointer, std::size_t depth) {
        if (!value.is_object()) refuse(path + " must be an object, {\"layer\": …}, not " + type_of(value), pointer);
        const auto kind = value.find("layer");
        if (kind == value.end()) refuse(path + " needs the key \"layer\", which says what it is", pointer);
        LayerRecipe layer;
        check_part(pointer + "/layer", [&] { layer.layer = checked_choice(*kind, path + ".layer", layer_words()); });
        const LayerWord& word = *find_word(layer.layer);
        const auto known = keys_of(word);
        for (const auto& [key, part] : value.items()) {
            if (key == "layer") continue;
            const std::string key_path = path + '.' + key, key_pointer = pointer + io::pointer_step(key);
            if (std::ranges::find(known, key) == known.end()) refuse_key(path, key, word, key_pointer);
            if (auto* inner = layers_in(layer, key)) {
                *inner = read(part, key_path, key_pointer, depth + 1);
            } else {
                check_part(key_pointer,
                           [&, &held = part, &name = key] { find_key(name)->write(layer, held, key_path); });
            }
        }
        for (const Path needed : word.needed) {
            if (value.contains(needed)) continue;
            refuse(path + " needs the key " + io::in_quotes(needed) + ", as " + std::string(word.name) + " does",
                   pointer);
        }
        check_window(layer, path, pointer);
        return layer;
    }

    template <class Check>
    static void check_part(const std::string& pointer, const Check& check) {
        try {
            check();
        } catch (const InputError& error) {
            throw PlacedError(error.what(), pointer);
        }
    }

    [[noreturn]] static void refuse_key(const std::string& path, const std::string& key, const LayerWord& word,
                                        const std::string& pointer) {
        const auto known = keys_of(word);
        std::string advice;
        if (const auto nearest = nearest_name(key, known)) {
            advice = "Did you mean " + io::in_quotes(*nearest) + "?";
        } else {
            for (const Path name : known) advice += (advice.empty() ? "Known here: " : ", ") + std::string(name);
        }
        refuse(path + ": the key " + io::in_quotes(key, shown_key) + " is unknown to " + std::string(word.name) + ". " +
                   advice,
               pointer, PlacedError::Part::key);
    }

    /// As torch.nn.MaxPool2d: a window must not lie in the padding as a whole.
    static void check_window(const LayerRecipe& layer, const std::string& path, const std::string& pointer) {
        const bool is_pool = layer.layer == "MaxPool2d" || layer.layer == "AvgPool2d";
        if (!is_pool || 2 * layer.padding <= layer.kernel_size) return;
        refuse(path + ".padding must be at most half of kernel_size, which is " + std::to_string(layer.kernel_size) +
                   ", not " + std::to_string(layer.padding),
               pointer + "/padding");
    }

    /// Of the last one, against those before it.
    static void check_name(const std::vector<LayerRecipe>& layers, const std::string& path,
                           const std::string& pointer) {
        const std::string& name = layers.back().name;
        if (name.empty()) return;
        for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
            if (layers[i].name != name) continue;
            refuse(path + '[' + std::to_string(layers.size() - 1) + "].name " + io::in_quotes(name) +
                       " is also the name of " + path + '[' + std::to_string(i) + ']',
                   pointer + "/name");
        }
    }

    std::size_t m_count = 0;
};

}  // namespace

std::span<const std::string_view> layer_words() {
    static const std::vector<Path> names = [] {
        std::vector<Path> list;
        for (const LayerWord& word : words()) list.push_back(word.name);
        return list;
    }();
    return names;
}

std::vector<LayerRecipe> checked_layers(const Json& value, std::string_view path) {
    return LayerReader().read(value, std::string(path), "", 1);
}

Json layers_to_json(std::span<const LayerRecipe> layers) {
    Json array = Json::array();
    for (LayerRecipe layer : layers) {
        Json object{{"layer", layer.layer}};
        const LayerWord* word = find_word(layer.layer);
        for (const Path key : word ? keys_of(*word) : std::vector<Path>{}) {
            if (key == "layer") continue;
            const auto* inner = layers_in(layer, key);
            object[std::string(key)] = inner ? layers_to_json(*inner) : find_key(key)->read(layer);
        }
        array.push_back(std::move(object));
    }
    return array;
}

}  // namespace normscope
