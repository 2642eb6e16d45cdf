#include "app/exports/OnnxGraph.h"

namespace normscope::exports {
namespace {

void describe(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& dims,
              const std::string& description) {
    value.set_name(name);
    value.set_doc_string(description);
    auto& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("N");
    for (const auto dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
}

}  // namespace

onnx::AttributeProto& OnnxGraph::Node::attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
    auto& attribute = *m_node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
}

OnnxGraph::Node& OnnxGraph::Node::set(const std::string& name, std::int64_t value) {
    attribute(name, onnx::AttributeProto::INT).set_i(value);
    return *this;
}

OnnxGraph::Node& OnnxGraph::Node::set(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& list = attribute(name, onnx::AttributeProto::INTS);
    for (const auto value : values) list.add_ints(value);
    return *this;
}

OnnxGraph::Node& OnnxGraph::Node::set(const std::string& name, float value) {
    attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
}

OnnxGraph::Node OnnxGraph::add_node(const std::string& operation, const std::string& name,
                                    const std::vector<std::string>& inputs) {
    auto& node = *m_graph.add_node();
    node.set_op_type(operation);
    node.set_name(name);
    for (const auto& input : inputs) node.add_input(input);
    node.add_output(name + "/output");
    return Node(node);
}

std::string OnnxGraph::add_constant(const std::string& name, const std::vector<std::int64_t>& dims,
                                    std::span<const float> values) {
    auto& tensor = *m_graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const auto dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size_bytes());
    return name;
}

std::string OnnxGraph::add_constant(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& tensor = *m_graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) tensor.add_int64_data(value);
    return name;
}

void OnnxGraph::add_input(const std::string& name, const std::vector<std::int64_t>& dims,
                          const std::string& description) {
    describe(*m_graph.add_input(), name, dims, description);
}

void OnnxGraph::add_output(const std::string& name, const std::vector<std::int64_t>& dims,
                           const std::string& description) {
    describe(*m_graph.add_output(), name, dims, description);
}

void OnnxGraph::rename(const std::string& value, const std::string& name) {
    for (auto& node : *m_graph.mutable_node()) {
        for (auto& input : *node.mutable_input()) {
            if (input == value) input = name;
        }
        for (auto& output : *node.mutable_output()) {
            if (output == value) output = name;
        }
    }
}

}  // namespace normscope::exports
