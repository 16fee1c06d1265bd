// SPDX-License-Identifier: Apache-2.0
// src/graph: a neural network as data, and transformations of it (pass.h, quantize.h). Files come
// in and go out as bytes (onnx_io.h, tflite_io.h). Pure: no files, clocks, threads or logs.
//
// A Graph is plain: values are named by strings, as in ONNX; "" stands for an absent optional
// input. check() says whether it is well formed; read_onnx gives only well-formed graphs, and
// passes keep them so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "tensor/tensor.h"

namespace aiflow::graph {

/// A nested graph (of If, Loop, Scan), kept as it was read. Passes leave its node alone and keep
/// every value it reads from outside.
struct Subgraph {
  std::string proto;               ///< serialised onnx.GraphProto
  std::vector<std::string> reads;  ///< names that its nodes use
  friend bool operator==(const Subgraph&, const Subgraph&) = default;
};

using AttributeValue =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                 std::vector<std::string>, tensor::Tensor, Subgraph>;

struct Node {
  std::string name;    ///< for messages; may be empty or repeated
  std::string op;      ///< "Conv"
  std::string domain;  ///< "" = the standard operators
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, AttributeValue> attributes;
  friend bool operator==(const Node&, const Node&) = default;
};

/// What is known of a value. Dimensions: -1 = unknown.
struct ValueInfo {
  std::string name;
  tensor::DType dtype = tensor::DType::f32;
  bool has_shape = false;
  std::vector<std::int64_t> dims;
  friend bool operator==(const ValueInfo&, const ValueInfo&) = default;
};

struct Graph {
  std::string name;
  std::int64_t ir_version = 8;
  std::int64_t opset = 17;
  std::map<std::string, std::int64_t> other_opsets;  ///< by domain
  std::vector<Node> nodes;                           ///< producers before consumers
  std::map<std::string, tensor::Tensor> initializers;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::map<std::string, ValueInfo> values;  ///< of intermediate values, as far as known
  std::map<std::string, std::string> metadata;
  friend bool operator==(const Graph&, const Graph&) = default;
};

/// Well formed: each value made once, each input made before it is used, outputs made, no cycle.
/// Errors: corrupt, with the name of the value or node.
[[nodiscard]] Status check(const Graph& graph);

/// Puts producers before consumers, otherwise keeping the order. Errors: corrupt for a cycle, or an
/// input that nothing makes.
[[nodiscard]] Status sort_nodes(Graph& graph);

/// Errors: invalid_argument naming the first operator that is neither of ONNX nor an extension of
/// ONNX Runtime, and its node. Does not look into subgraphs: the engine checks those.
[[nodiscard]] Status check_known(const Graph& graph);

/// Errors: invalid_argument naming the first operator that is not in `ops`, and its node.
[[nodiscard]] Status check_supported(const Graph& graph, const std::set<std::string>& ops);

/// "Conv 'backbone/conv1'", or by its first output when it has no name.
[[nodiscard]] std::string describe(const Node& node);

// Attributes; the default when missing or of another type.
[[nodiscard]] std::int64_t int_attribute(const Node& node, const std::string& key,
                                         std::int64_t otherwise);
[[nodiscard]] float float_attribute(const Node& node, const std::string& key, float otherwise);
[[nodiscard]] std::string string_attribute(const Node& node, const std::string& key,
                                           std::string otherwise);
[[nodiscard]] std::vector<std::int64_t> ints_attribute(const Node& node, const std::string& key);

/// What is known of a value wherever it comes from: input, output, intermediate or initialiser;
/// null pointer when nothing is. (Initialisers are in graph.initializers only.)
[[nodiscard]] const ValueInfo* find_value(const Graph& graph, std::string_view name);

/// Bytes of all initialisers and tensor attributes.
[[nodiscard]] std::size_t constant_bytes(const Graph& graph);

/// Who makes and who uses each value, by index into graph.nodes. Of a graph at one moment: build it
/// anew after a change.
struct Links {
  std::map<std::string, std::size_t> producer;
  std::map<std::string, std::vector<std::size_t>> consumers;  ///< subgraphs' reads included
  std::set<std::string> graph_outputs;

  explicit Links(const Graph& graph);
  /// The only consumer's index, or -1: none, several, or the value is a graph output.
  [[nodiscard]] std::ptrdiff_t only_consumer(const std::string& value) const;
};

/// Makes every consumer of `from` read `to` (the names of graph outputs stay).
void replace_uses(Graph& graph, const std::string& from, const std::string& to);

/// A name that no value of the graph has: `stem`, or stem_1, stem_2, …
[[nodiscard]] std::string fresh_name(const Graph& graph, const std::string& stem);

}  // namespace aiflow::graph
