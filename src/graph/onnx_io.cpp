// SPDX-License-Identifier: Apache-2.0
#include "graph/onnx_io.h"

#include <onnx.pb.h>

#include <climits>

#include "graph/detail/onnx_tensor.h"

namespace aiflow::graph {
namespace {

using Proto = onnx::GraphProto;

Status refuse(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

/// Names that the nodes of a nested graph read, its own nested graphs included. The depth is
/// bounded by the parser's recursion limit of 100.
void collect_reads(const Proto& proto, std::vector<std::string>& reads) {
  for (const auto& node : proto.node()) {
    for (const auto& input : node.input()) {
      if (!input.empty()) reads.push_back(input);
    }
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collect_reads(attribute.g(), reads);
    }
  }
  for (const auto& output : proto.output()) reads.push_back(output.name());
}

Result<AttributeValue> read_attribute(const onnx::AttributeProto& proto) {
  using Attr = onnx::AttributeProto;
  switch (proto.type()) {
    case Attr::INT: return proto.i();
    case Attr::FLOAT: return proto.f();
    case Attr::STRING: return proto.s();
    case Attr::INTS: return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case Attr::FLOATS: return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case Attr::STRINGS:
      return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    case Attr::TENSOR: {
      AIFLOW_ASSIGN(auto value, detail::read_tensor(proto.t()));
      return AttributeValue(std::move(value));
    }
    case Attr::GRAPH: {
      Subgraph nested;
      nested.proto = proto.g().SerializeAsString();
      collect_reads(proto.g(), nested.reads);
      return AttributeValue(std::move(nested));
    }
    default:
      return fail(ErrorCode::invalid_argument,
                  "the attribute '" + proto.name() + "' has an unsupported type");
  }
}

Result<Node> read_node(const onnx::NodeProto& proto) {
  Node node;
  node.name = proto.name();
  node.op = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  if (node.op.empty()) return fail(ErrorCode::corrupt, "a node has no operator");
  for (const auto& attribute : proto.attribute()) {
    auto value = read_attribute(attribute);
    if (!value) return fail(std::move(value).error().with_context(describe(node)));
    node.attributes[attribute.name()] = *std::move(value);
  }
  return node;
}

Result<ValueInfo> read_value(const onnx::ValueInfoProto& proto) {
  ValueInfo info;
  info.name = proto.name();
  if (!proto.type().has_tensor_type()) {
    return fail(ErrorCode::invalid_argument, "the value '" + info.name + "' is not a tensor");
  }
  const auto& type = proto.type().tensor_type();
  auto dtype = detail::dtype_of(type.elem_type());
  if (!dtype) return fail(std::move(dtype).error().with_context("value '" + info.name + "'"));
  info.dtype = *dtype;
  info.has_shape = type.has_shape();
  if (static_cast<std::size_t>(type.shape().dim_size()) > tensor::kRankMax) {
    return fail(ErrorCode::invalid_argument, "the value '" + info.name + "' has too many axes");
  }
  for (const auto& dim : type.shape().dim()) {
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    info.dims.push_back(known ? dim.dim_value() : -1);
  }
  return info;
}

Status read_values(const Proto& proto, Graph& graph) {
  for (const auto& input : proto.input()) {
    AIFLOW_ASSIGN(ValueInfo info, read_value(input));
    graph.inputs.push_back(std::move(info));
  }
  for (const auto& output : proto.output()) {
    AIFLOW_ASSIGN(ValueInfo info, read_value(output));
    graph.outputs.push_back(std::move(info));
  }
  for (const auto& value : proto.value_info()) {
    // Infos of intermediate values are hints: one that can't be held here is dropped.
    auto info = read_value(value);
    if (info) graph.values[info->name] = *std::move(info);
  }
  return {};
}

Status read_initializers(const Proto& proto, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) return refuse("sparse tensors are not supported");
  for (const auto& initializer : proto.initializer()) {
    auto value = detail::read_tensor(initializer);
    if (!value) {
      return fail(std::move(value).error().with_context("tensor '" + initializer.name() + "'"));
    }
    if (!graph.initializers.emplace(initializer.name(), *std::move(value)).second) {
      return fail(ErrorCode::corrupt, "the initialiser '" + initializer.name() + "' exists twice");
    }
  }
  return {};
}

Result<Graph> read_model(const onnx::ModelProto& model, const OnnxLimits& limits) {
  const Proto& proto = model.graph();
  if (!model.has_graph() || model.opset_import_size() == 0) {
    return fail(ErrorCode::corrupt, "the bytes are no ONNX model: no graph or no opset");
  }
  if (model.functions_size() > 0) {
    return fail(ErrorCode::invalid_argument, "models with local functions are not supported");
  }
  if (static_cast<std::size_t>(proto.node_size()) > limits.nodes_max) {
    return fail(ErrorCode::invalid_argument, "the model has too many nodes");
  }
  Graph graph;
  graph.name = proto.name();
  graph.ir_version = model.ir_version();
  graph.opset = 0;
  for (const auto& opset : model.opset_import()) {
    const bool standard = opset.domain().empty() || opset.domain() == "ai.onnx";
    (standard ? graph.opset : graph.other_opsets[opset.domain()]) = opset.version();
  }
  for (const auto& entry : model.metadata_props()) graph.metadata[entry.key()] = entry.value();
  AIFLOW_TRY(read_values(proto, graph));
  AIFLOW_TRY(read_initializers(proto, graph));
  graph.nodes.reserve(static_cast<std::size_t>(proto.node_size()));
  for (const auto& node : proto.node()) {
    AIFLOW_ASSIGN(Node read, read_node(node));
    graph.nodes.push_back(std::move(read));
  }
  AIFLOW_TRY(sort_nodes(graph));
  AIFLOW_TRY(check(graph));
  return graph;
}

struct AttributeWriter {
  onnx::AttributeProto& proto;
  using Attr = onnx::AttributeProto;

  void operator()(std::int64_t value) const { proto.set_type(Attr::INT), proto.set_i(value); }
  void operator()(float value) const { proto.set_type(Attr::FLOAT), proto.set_f(value); }
  void operator()(const std::string& value) const {
    proto.set_type(Attr::STRING), proto.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& value) const {
    proto.set_type(Attr::INTS), proto.mutable_ints()->Add(value.begin(), value.end());
  }
  void operator()(const std::vector<float>& value) const {
    proto.set_type(Attr::FLOATS), proto.mutable_floats()->Add(value.begin(), value.end());
  }
  void operator()(const std::vector<std::string>& value) const {
    proto.set_type(Attr::STRINGS);
    for (const std::string& item : value) proto.add_strings(item);
  }
  void operator()(const tensor::Tensor& value) const {
    proto.set_type(Attr::TENSOR), detail::write_tensor(value, *proto.mutable_t());
  }
  void operator()(const Subgraph& value) const {
    proto.set_type(Attr::GRAPH);
    const bool parsed = proto.mutable_g()->ParseFromString(value.proto);
    AIFLOW_ASSERT(parsed);
  }
};

void write_value(const ValueInfo& info, onnx::ValueInfoProto& proto) {
  proto.set_name(info.name);
  auto* type = proto.mutable_type()->mutable_tensor_type();
  type->set_elem_type(detail::onnx_type(info.dtype));
  if (!info.has_shape) return;
  auto* shape = type->mutable_shape();
  for (const std::int64_t dim : info.dims) {
    auto* entry = shape->add_dim();
    if (dim >= 0) entry->set_dim_value(dim);
  }
}

void write_node(const Node& node, onnx::NodeProto& proto) {
  if (!node.name.empty()) proto.set_name(node.name);
  proto.set_op_type(node.op);
  if (!node.domain.empty()) proto.set_domain(node.domain);
  for (const std::string& input : node.inputs) proto.add_input(input);
  for (const std::string& output : node.outputs) proto.add_output(output);
  for (const auto& [key, value] : node.attributes) {
    auto* attribute = proto.add_attribute();
    attribute->set_name(key);
    std::visit(AttributeWriter{*attribute}, value);
  }
}

}  // namespace

Result<Graph> read_onnx(std::span<const std::byte> bytes, const OnnxLimits& limits) {
  if (bytes.size() > limits.bytes_max || bytes.size() > INT_MAX) {
    return fail(ErrorCode::invalid_argument, "the model has " + std::to_string(bytes.size()) +
                                                 " bytes, at most " +
                                                 std::to_string(limits.bytes_max) + " are read");
  }
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::corrupt, "the bytes are no ONNX model, or it is truncated");
  }
  return read_model(model, limits);
}

std::vector<std::byte> write_onnx(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(graph.ir_version);
  model.set_producer_name("aiflow");
  model.add_opset_import()->set_version(graph.opset);
  for (const auto& [domain, version] : graph.other_opsets) {
    auto* opset = model.add_opset_import();
    opset->set_domain(domain);
    opset->set_version(version);
  }
  for (const auto& [key, value] : graph.metadata) {
    auto* entry = model.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  Proto& proto = *model.mutable_graph();
  proto.set_name(graph.name.empty() ? "graph" : graph.name);
  for (const ValueInfo& input : graph.inputs) write_value(input, *proto.add_input());
  for (const ValueInfo& output : graph.outputs) write_value(output, *proto.add_output());
  for (const auto& [name, info] : graph.values) write_value(info, *proto.add_value_info());
  for (const auto& [name, value] : graph.initializers) {
    auto* entry = proto.add_initializer();
    entry->set_name(name);
    detail::write_tensor(value, *entry);
  }
  for (const Node& node : graph.nodes) write_node(node, *proto.add_node());
  std::vector<std::byte> bytes(model.ByteSizeLong());
  const bool written = model.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  AIFLOW_ASSERT(written);
  return bytes;
}

}  // namespace aiflow::graph
