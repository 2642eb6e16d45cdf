#include "app/exports/TorchClasses.h"

#include "app/exports/PythonText.h"
#include "core/Error.h"
#include "core/nn/Residual.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace normscope::exports {
namespace {

using Module = nn::Module<float>;
using Layers = std::vector<nn::NamedModule<float>>;
using Members = std::vector<std::pair<std::string, TorchExpression>>;

/// What reaches a layer.
struct TorchFlow {
    Shape shape;
    bool is_vector = false;
};

/// One residual block of the network, before blocks that are alike get a class.
struct BlockInstance {
    Members members;
    std::vector<std::string> forward;
    bool has_shortcut = false;
    std::size_t group = 0;
    std::vector<TorchArgument> call;  ///< how the class makes this one
};

std::string access(const std::string& name) {
    return is_plain_attribute(name) ? "self." + name : "getattr(self, " + python_string(name) + ")";
}

/// Whether a statement begins with it: what has weights of its own, or changes what flows.
bool begins_statement(const Module& layer) {
    constexpr std::array<std::string_view, 6> kinds{"Conv2d",     "Linear",   "Flatten",
                                                    "Sequential", "Residual", "AdaptiveAvgPool2d"};
    return std::ranges::find(kinds, layer.kind()) != kinds.end();
}

/// Calls the layers on `value`, some to a statement that assigns to `variable`; returns what is still to be said.
std::string say_calls(const Layers& layers, const std::string& variable, std::string value,
                      std::vector<std::string>& statements) {
    constexpr std::size_t longest = 72;
    for (const auto& layer : layers) {
        const bool is_open = value.find('(') != std::string::npos || value.find('+') != std::string::npos;
        const std::string function = access(layer.name);
        const bool is_long = value.size() + function.size() > longest;
        if (is_open && (begins_statement(*layer.module) || is_long)) {
            statements.push_back(variable + " = " + value);
            value = variable;
        }
        value = function + "(" + value + ")";
    }
    return value;
}

/// Goes through the network and collects blocks; inner blocks come before those that hold them.
class Collector {
   public:
    Members express_all(const Layers& layers, TorchFlow& flow) {
        Members members;
        for (const auto& layer : layers) {
            if (is_module_attribute(layer.name)) {
                throw InputError("Layer '" + layer.module->name() +
                                 "' has a name that torch.nn.Module needs for itself; give it another one in the "
                                 "recipe to export the network for PyTorch.");
            }
            members.emplace_back(layer.name, express(*layer.module, flow));
        }
        return members;
    }

    std::vector<BlockInstance>& blocks() { return m_blocks; }
    std::size_t group_count() const { return m_groups.size(); }

   private:
    TorchExpression express(const Module& layer, TorchFlow& flow) {
        if (const auto* chain = dynamic_cast<const nn::Sequential<float>*>(&layer)) {
            return {.callee = "nn.Sequential", .children = express_all(chain->layers(), flow)};
        }
        if (const auto* block = dynamic_cast<const nn::Residual<float>*>(&layer)) return express_block(*block, flow);
        TorchExpression expression = torch_expression(layer, flow.shape, flow.is_vector);
        flow.shape = layer.output_shape(flow.shape);
        flow.is_vector = flow.is_vector || layer.kind() == "Flatten";
        return expression;
    }

    TorchExpression express_block(const nn::Residual<float>& layer, TorchFlow& flow) {
        BlockInstance block;
        TorchFlow beside = flow;
        block.members = express_all(layer.main().layers(), flow);
        const auto& shortcut = layer.shortcut().layers();
        block.has_shortcut = !shortcut.empty();
        if (block.has_shortcut) block.members.emplace_back(shortcut_name, express_shortcut(shortcut, beside));
        for (auto& member : express_all(layer.after().layers(), flow)) block.members.push_back(std::move(member));
        check_names(layer, block.members);

        std::string main = say_calls(layer.main().layers(), "y", "x", block.forward);
        if (main != "x") block.forward.push_back("y = " + main);
        const std::string sum =
            std::string(main == "x" ? "x" : "y") + " + " + (block.has_shortcut ? "self.downsample(x)" : "x");
        block.forward.push_back("return " + say_calls(layer.after().layers(), "y", sum, block.forward));

        block.group = m_groups.try_emplace(signature(block), m_groups.size()).first->second;
        m_blocks.push_back(std::move(block));
        return {.block = static_cast<int>(m_blocks.size()) - 1};
    }

    /// The engine knows the shortcut's layers as "downsample.0" …
    TorchExpression express_shortcut(const Layers& layers, TorchFlow& flow) {
        TorchExpression expression{.callee = "nn.Sequential"};
        for (const auto& layer : layers) {
            const auto dot = layer.name.rfind('.');
            expression.children.emplace_back(layer.name.substr(dot + 1), express(*layer.module, flow));
        }
        return expression;
    }

    static void check_names(const Module& layer, const Members& members) {
        std::set<std::string> names;
        for (const auto& [name, value] : members) {
            if (names.insert(name).second) continue;
            throw InputError("Block '" + layer.name() + "' has a layer '" + name +
                             "' beside the shortcut of that name; give it another name in the recipe to export the "
                             "network for PyTorch.");
        }
    }

    /// Equal for blocks that one class can say.
    std::string signature(const BlockInstance& block) const {
        std::string text;
        for (const auto& [name, value] : block.members) text += name + "=" + signature(value) + ";";
        for (const auto& statement : block.forward) text += statement + ";";
        return text;
    }
    std::string signature(const TorchExpression& value) const {
        if (value.block >= 0) return "block " + std::to_string(m_blocks[static_cast<std::size_t>(value.block)].group);
        std::string text = value.callee + "(";
        for (const auto& argument : value.arguments) text += argument.keyword + ",";
        for (const auto& [name, child] : value.children) text += name + "=" + signature(child) + ",";
        return text + ")" + value.suffix + "#" + value.comment;
    }

    static constexpr const char* shortcut_name = "downsample";
    std::vector<BlockInstance> m_blocks;
    std::map<std::string, std::size_t> m_groups;  ///< by signature
};

/// Gives groups of blocks classes, and every block its call.
class ClassMaker {
   public:
    explicit ClassMaker(std::vector<BlockInstance>& blocks) : m_blocks(blocks) {}

    void make_class(std::size_t group, const std::string& network_name) {
        std::vector<BlockInstance*> alike;
        for (auto& block : m_blocks) {
            if (block.group == group) alike.push_back(&block);
        }
        BlockInstance& first = *alike.front();
        TorchClass made{.name = first.has_shortcut ? "ProjectionBlock" : "IdentityBlock",
                        .summary = first.has_shortcut
                                       ? "A residual block (He et al. 2016) with layers on its shortcut."
                                       : "A residual block (He et al. 2016): the input is added to what it computes."};
        const std::string stem = made.name;
        for (int i = 2; is_taken(made.name) || made.name == network_name; ++i) made.name = stem + std::to_string(i);
        std::vector<std::vector<TorchArgument*>> arguments;
        for (auto* block : alike) {
            for (auto& [name, value] : block->members) resolve(value);
            arguments.push_back(arguments_of(block->members));
        }
        made.parameters = generalize(arguments, alike);
        made.members = first.members;
        made.forward = first.forward;
        m_names.push_back(made.name);
        m_classes.push_back(std::move(made));
    }

    /// Puts the classes' calls where blocks are used.
    void resolve(TorchExpression& value) const {
        for (auto& [name, child] : value.children) resolve(child);
        if (value.block < 0) return;
        const auto& block = m_blocks[static_cast<std::size_t>(value.block)];
        value.callee = m_names[block.group];
        value.arguments = block.call;
    }

    std::vector<TorchClass> take() { return std::move(m_classes); }

   private:
    bool is_taken(const std::string& name) const { return std::ranges::find(m_names, name) != m_names.end(); }

    static void collect(TorchExpression& value, std::vector<TorchArgument*>& arguments) {
        for (auto& argument : value.arguments) arguments.push_back(&argument);
        for (auto& [name, child] : value.children) collect(child, arguments);
    }
    static std::vector<TorchArgument*> arguments_of(Members& members) {
        std::vector<TorchArgument*> arguments;
        for (auto& [name, value] : members) collect(value, arguments);
        return arguments;
    }

    /// Arguments that differ between blocks in the same way: one parameter of the class.
    struct Variable {
        std::vector<std::string> values;  ///< by block
        std::set<std::string> roles;
        std::string first_role;
        std::string name = {};
    };

    /// Arguments that are not the same in all blocks become parameters of the class; returns the parameters' names.
    static std::vector<std::string> generalize(const std::vector<std::vector<TorchArgument*>>& arguments,
                                               const std::vector<BlockInstance*>& blocks) {
        std::vector<Variable> variables;
        std::vector<std::pair<TorchArgument*, std::size_t>> places;
        for (std::size_t i = 0; i < arguments.front().size(); ++i) {
            std::vector<std::string> values;
            for (const auto& of_block : arguments) values.push_back(of_block[i]->value);
            if (std::ranges::count(values, values.front()) == std::ssize(values)) continue;
            TorchArgument& argument = *arguments.front()[i];
            auto found = std::ranges::find(variables, values, &Variable::values);
            if (found == variables.end()) {
                found =
                    variables.insert(found, {.values = std::move(values), .roles = {}, .first_role = argument.role});
            }
            found->roles.insert(argument.role);
            places.emplace_back(&argument, static_cast<std::size_t>(found - variables.begin()));
        }
        std::vector<std::string> names;
        for (auto& variable : variables) {
            const bool is_in_and_out = variable.first_role == "in_channels" && variable.roles.contains("out_channels");
            const std::string stem = is_in_and_out ? "channels" : variable.first_role;
            variable.name = stem;
            for (int k = 2; std::ranges::find(names, variable.name) != names.end(); ++k) {
                variable.name = stem + std::to_string(k);
            }
            names.push_back(variable.name);
            for (std::size_t b = 0; b < blocks.size(); ++b) {
                blocks[b]->call.push_back({"", variable.name, variable.values[b]});
            }
        }
        for (const auto& [argument, variable] : places) argument->value = variables[variable].name;
        return names;
    }

    std::vector<BlockInstance>& m_blocks;
    std::vector<std::string> m_names;  ///< by group
    std::vector<TorchClass> m_classes;
};

std::string class_name(const std::string& network) {
    if (network == "resnet") return "ResNet";
    if (network == "vgg") return "VGG";
    if (network == "mlp") return "MLP";
    if (network == "custom") return "Network";
    std::string name;
    bool is_start = true;
    for (const char c : network) {
        if (c != '-') name += is_start ? static_cast<char>(c - 'a' + 'A') : c;
        is_start = c == '-';
    }
    return name + "Network";
}

}  // namespace

std::vector<TorchClass> torch_classes(const nn::Network<float>& network) {
    Collector collector;
    TorchFlow flow{.shape = network.image_shape()};
    flow.shape.n = 1;
    TorchClass whole{.name = class_name(network.name()), .summary = {}, .parameters = {}};
    whole.members = collector.express_all(network.layers(), flow);
    whole.forward.push_back("return " + say_calls(network.layers(), "x", "x", whole.forward));

    ClassMaker maker(collector.blocks());
    for (std::size_t group = 0; group < collector.group_count(); ++group) maker.make_class(group, whole.name);
    for (auto& [name, value] : whole.members) maker.resolve(value);
    auto classes = maker.take();
    classes.push_back(std::move(whole));
    return classes;
}

}  // namespace normscope::exports
