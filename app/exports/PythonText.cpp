#include "app/exports/PythonText.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace normscope::exports {
namespace {

constexpr std::array<std::string_view, 35> keywords{
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

// What dir(torch.nn.Sequential()) holds in PyTorch 1.13 and 2, without names that begin with two underscores.
constexpr std::array<std::string_view, 88> module_attributes{"T_destination",
                                                             "_apply",
                                                             "_backward_hooks",
                                                             "_backward_pre_hooks",
                                                             "_buffers",
                                                             "_call_impl",
                                                             "_compiled_call_impl",
                                                             "_forward_hooks",
                                                             "_forward_hooks_always_called",
                                                             "_forward_hooks_with_kwargs",
                                                             "_forward_pre_hooks",
                                                             "_forward_pre_hooks_with_kwargs",
                                                             "_get_backward_hooks",
                                                             "_get_backward_pre_hooks",
                                                             "_get_item_by_idx",
                                                             "_get_name",
                                                             "_is_full_backward_hook",
                                                             "_load_from_state_dict",
                                                             "_load_state_dict_post_hooks",
                                                             "_load_state_dict_pre_hooks",
                                                             "_maybe_warn_non_full_backward_hook",
                                                             "_modules",
                                                             "_named_members",
                                                             "_non_persistent_buffers_set",
                                                             "_parameters",
                                                             "_register_load_state_dict_pre_hook",
                                                             "_register_state_dict_hook",
                                                             "_replicate_for_data_parallel",
                                                             "_save_to_state_dict",
                                                             "_slow_forward",
                                                             "_state_dict_hooks",
                                                             "_state_dict_pre_hooks",
                                                             "_version",
                                                             "_wrapped_call_impl",
                                                             "add_module",
                                                             "append",
                                                             "apply",
                                                             "bfloat16",
                                                             "buffers",
                                                             "call_super_init",
                                                             "children",
                                                             "compile",
                                                             "cpu",
                                                             "cuda",
                                                             "double",
                                                             "dump_patches",
                                                             "eval",
                                                             "extend",
                                                             "extra_repr",
                                                             "float",
                                                             "forward",
                                                             "get_buffer",
                                                             "get_extra_state",
                                                             "get_parameter",
                                                             "get_submodule",
                                                             "half",
                                                             "insert",
                                                             "ipu",
                                                             "load_state_dict",
                                                             "modules",
                                                             "mtia",
                                                             "named_buffers",
                                                             "named_children",
                                                             "named_modules",
                                                             "named_parameters",
                                                             "parameters",
                                                             "pop",
                                                             "register_backward_hook",
                                                             "register_buffer",
                                                             "register_forward_hook",
                                                             "register_forward_pre_hook",
                                                             "register_full_backward_hook",
                                                             "register_full_backward_pre_hook",
                                                             "register_load_state_dict_post_hook",
                                                             "register_load_state_dict_pre_hook",
                                                             "register_module",
                                                             "register_parameter",
                                                             "register_state_dict_pre_hook",
                                                             "requires_grad_",
                                                             "set_extra_state",
                                                             "set_submodule",
                                                             "share_memory",
                                                             "state_dict",
                                                             "to",
                                                             "to_empty",
                                                             "train",
                                                             "training",
                                                             "type"};
constexpr std::array<std::string_view, 2> more_module_attributes{"xpu", "zero_grad"};

template <class Words>
bool holds(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

}  // namespace

std::string python_float(double value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    std::string text(buffer.data(), end);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

std::string python_list(std::span<const double> values) {
    std::string text;
    for (const double value : values) text += (text.empty() ? "" : ", ") + python_float(value);
    return "[" + text + "]";
}

std::string python_string(std::string_view text) {
    // JSON's escapes are Python's too, as long as no character is written as two surrogates.
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_plain_attribute(std::string_view name) {
    const bool is_identifier = !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_word_letter);
    return is_identifier && !holds(keywords, name) && !name.starts_with("__");
}

bool is_module_attribute(std::string_view name) {
    if (name.starts_with("__") && name.ends_with("__")) return true;
    return holds(module_attributes, name) || holds(more_module_attributes, name);
}

}  // namespace normscope::exports
