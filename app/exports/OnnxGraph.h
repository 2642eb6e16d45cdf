// An ONNX graph under construction.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace normscope::exports {

/// Fills a GraphProto node by node. A value that a node computes is called "<node>/output", which no tensor of a state
/// dict can be called.
class OnnxGraph {
   public:
    explicit OnnxGraph(onnx::GraphProto& graph) : m_graph(graph) {}

    /// The node just added, for attributes.
    class Node {
       public:
        explicit Node(onnx::NodeProto& node) : m_node(node) {}
        Node& set(const std::string& attribute, std::int64_t value);
        Node& set(const std::string& attribute, const std::vector<std::int64_t>& values);
        Node& set(const std::string& attribute, float value);
        /// Name of the value it computes.
        const std::string& output() const { return m_node.output(0); }

       private:
        onnx::AttributeProto& attribute(const std::string& name, onnx::AttributeProto::AttributeType type);
        onnx::NodeProto& m_node;
    };
    Node add_node(const std::string& operation, const std::string& name, const std::vector<std::string>& inputs);

    /// A constant tensor; returns its name.
    std::string add_constant(const std::string& name, const std::vector<std::int64_t>& dims,
                             std::span<const float> values);
    /// A constant list of integers; returns its name.
    std::string add_constant(const std::string& name, const std::vector<std::int64_t>& values);

    /// An input or output (N, dims…) of any batch size.
    void add_input(const std::string& name, const std::vector<std::int64_t>& dims, const std::string& description);
    void add_output(const std::string& name, const std::vector<std::int64_t>& dims, const std::string& description);
    /// Gives a value another name, wherever it is used.
    void rename(const std::string& value, const std::string& name);

   private:
    onnx::GraphProto& m_graph;
};

}  // namespace normscope::exports
