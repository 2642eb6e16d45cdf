#include "app/exports/TorchSource.h"

#include "app/exports/PythonText.h"
#include "app/exports/TorchClasses.h"
#include "core/Version.h"

#include <algorithm>

namespace normscope::exports {
namespace {

constexpr std::size_t longest_line = 110;
constexpr const char* tab = "    ";

constexpr const char* functions = R"(
TYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}


def read_safetensors(path):
    """The tensors of a safetensors file by name: a length, a JSON header of that length, the values."""
    data = Path(path).read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:begin]).items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[begin + first : begin + last], TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def normalize(images):
    """Pixels in [0, 1], (N, C, H, W), as the network was trained to see them."""
    mean = torch.tensor(MEAN).view(-1, 1, 1)
    std = torch.tensor(STD).view(-1, 1, 1)
    return (images - mean) / std


)";

std::string join(const std::vector<std::string>& texts) {
    std::string joined;
    for (const auto& text : texts) joined += (joined.empty() ? "" : ", ") + text;
    return joined;
}

/// A call; over several lines if one would be too long. `before`: characters in front of it.
std::string text_of(const TorchExpression& value, const std::string& indent, std::size_t before);

std::string sequential_text(const TorchExpression& value, const std::string& indent) {
    std::vector<std::string> numbers;
    for (std::size_t i = 0; i < value.children.size(); ++i) numbers.push_back(std::to_string(i));
    const bool is_numbered =
        std::ranges::equal(value.children, numbers, {}, [](const auto& child) { return child.first; });
    const std::string inner = indent + tab + (is_numbered ? "" : tab);
    std::string text;
    for (const auto& [name, child] : value.children) {
        const std::string begin = is_numbered ? "" : "(" + python_string(name) + ", ";
        const std::string end = is_numbered ? "," : "),";
        text += inner + begin + text_of(child, inner, inner.size() + begin.size()) + end;
        text += (child.comment.empty() ? "" : "  # " + child.comment) + "\n";
    }
    if (is_numbered) return "nn.Sequential(\n" + text + indent + ")";
    return "nn.Sequential(\n" + indent + tab + "OrderedDict([\n" + text + indent + tab + "])\n" + indent + ")";
}

std::string text_of(const TorchExpression& value, const std::string& indent, std::size_t before) {
    if (!value.children.empty()) return sequential_text(value, indent);
    std::vector<std::string> arguments;
    for (const auto& argument : value.arguments) arguments.push_back(argument.text());
    std::string text = value.callee + "(" + join(arguments) + ")" + value.suffix;
    if (before + text.size() <= longest_line) return text;
    text = value.callee + "(\n";
    for (const auto& argument : arguments) text += indent + tab + argument + ",\n";
    return text + indent + ")" + value.suffix;
}

std::string member_text(const std::string& name, const TorchExpression& value) {
    const std::string indent = std::string(tab) + tab;
    const bool is_plain = is_plain_attribute(name);
    const std::string begin = is_plain ? "self." + name + " = " : "self.add_module(" + python_string(name) + ", ";
    return indent + begin + text_of(value, indent, indent.size() + begin.size()) + (is_plain ? "" : ")") +
           (value.comment.empty() ? "" : "  # " + value.comment) + "\n";
}

std::string class_text(const TorchClass& of) {
    std::string text = "\n\nclass " + of.name + "(nn.Module):\n";
    if (!of.summary.empty()) text += std::string(tab) + "\"\"\"" + of.summary + "\"\"\"\n\n";
    const std::string parameters = join(of.parameters);
    text += std::string(tab) + "def __init__(self" + (parameters.empty() ? "" : ", ") + parameters + "):\n";
    text += std::string(tab) + tab + "super().__init__()\n";
    for (const auto& [name, value] : of.members) text += member_text(name, value);
    text += std::string("\n") + tab + "def forward(self, x):\n";
    for (const auto& statement : of.forward) text += std::string(tab) + tab + statement + "\n";
    return text;
}

bool uses_ordered_dict(const TorchExpression& value) {
    int number = 0;
    for (const auto& [name, child] : value.children) {
        if (name != std::to_string(number++) || uses_ordered_dict(child)) return true;
    }
    return false;
}

bool uses_ordered_dict(const std::vector<TorchClass>& classes) {
    for (const auto& of : classes) {
        for (const auto& [name, value] : of.members) {
            if (uses_ordered_dict(value)) return true;
        }
    }
    return false;
}

std::string title(const ExportModel& model) {
    const Shape& image = model.network.image_shape();
    const std::string step = model.step ? " after " + std::to_string(model.step->value) + " training step" +
                                              (model.step->value == 1 ? "" : "s")
                                        : "";
    std::string text = "\"\"\"The network " + model.network.name() + step + ", " + std::string(torch_source_mark) + " ";
    text += std::string(version()) + ".\n\n    from model import load_model, normalize\n\n    model = load_model()\n";
    text += "    logits = model(normalize(images))  # images: (N, " + std::to_string(image.c) + ", " +
            std::to_string(image.h) + ", " + std::to_string(image.w) + ") floats in [0, 1]\n\n";
    return text +
           "Needs torch and numpy. The weights are in weights.safetensors, the training in recipe.json.\n\"\"\"\n\n";
}

std::string constants(const ExportModel& model) {
    const Shape& image = model.network.image_shape();
    std::string text = "DATA = " + python_string(model.data.name) + "\n";
    text += "MEAN = " + python_list(model.recipe.data.mean) + "\nSTD = " + python_list(model.recipe.data.std) + "\n";
    text += "INPUT_SIZE = (" + std::to_string(image.c) + ", " + std::to_string(image.h) + ", " +
            std::to_string(image.w) + ")  # channels, height, width\nCLASSES = [\n";
    for (const auto& name : model.data.class_names) text += tab + python_string(name) + ",\n";
    return text + "]\n";
}

}  // namespace

std::string torch_source(const ExportModel& model) {
    const auto classes = torch_classes(model.network);
    std::string text = title(model);
    text += "import json\n";
    if (uses_ordered_dict(classes)) text += "from collections import OrderedDict\n";
    text += "from pathlib import Path\n\nimport numpy as np\nimport torch\nfrom torch import nn\n\n";
    text += constants(model);
    for (const auto& of : classes) text += class_text(of);
    text += std::string("\n") + functions;
    text += "def load_model(weights=Path(__file__).with_name(\"weights.safetensors\")):\n";
    text += std::string(tab) + "\"\"\"The trained network in eval mode.\"\"\"\n";
    text += std::string(tab) + "model = " + classes.back().name + "()\n";
    text += std::string(tab) + "model.load_state_dict(read_safetensors(weights), strict=True)\n";
    return text + tab + "return model.eval()\n";
}

}  // namespace normscope::exports
