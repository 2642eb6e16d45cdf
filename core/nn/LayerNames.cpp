#include "core/nn/LayerNames.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <algorithm>

namespace normscope::nn {
namespace {

constexpr std::size_t longest_name = 64;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

LayerNames::LayerNames(const std::vector<const std::vector<LayerRecipe>*>& parts) {
    for (const auto* part : parts) {
        for (const auto& layer : *part) {
            if (!layer.name.empty()) m_given.insert(layer.name);
            if (layer.name.empty() && layer.layer == "Linear") ++m_linears;
        }
    }
}

std::string LayerNames::name_of(const LayerRecipe& layer, const std::string& stem) {
    if (layer.name.empty()) return next(stem);
    if (layer.name.size() > longest_name || !std::ranges::all_of(layer.name, is_letter)) {
        throw InputError("the name " + io::in_quotes(layer.name, longest_name) +
                         " must be made of at most 64 letters, digits and _ (without accents).");
    }
    if (!m_used.insert(layer.name).second) {
        throw InputError("another layer beside it has the name " + io::in_quotes(layer.name) + " too.");
    }
    return layer.name;
}

std::string LayerNames::next(const std::string& stem) {
    for (;;) {
        const int number = ++m_numbers[stem];
        const bool alone = number == 1 && (stem == "flatten" || (stem == "linear" && m_linears <= 1));
        std::string name = alone ? stem : stem + std::to_string(number);
        if (m_given.contains(name) || !m_used.insert(name).second) continue;
        return name;
    }
}

}  // namespace normscope::nn
