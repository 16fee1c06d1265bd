// SPDX-License-Identifier: Apache-2.0
// Transformations that keep what a graph calculates. Each is idempotent (running it twice changes
// nothing more), leaves operators it does not know alone, and on an error leaves a graph that must
// not be used further.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/result.h"
#include "graph/graph.h"

namespace aiflow::graph {

struct PassOptions {
  /// A folded constant has at most so many elements (ConstantOfShape could make any number).
  std::int64_t folded_elements_max = std::int64_t{1} << 24;
};

/// Fills graph.values with types and shapes that follow from the inputs. Unknown stays unknown.
[[nodiscard]] Status infer_shapes(Graph& graph, const PassOptions& options = {});

/// Replaces nodes whose inputs are all constant by their result, Constant nodes by initialisers,
/// and Shape nodes of values with a known shape.
[[nodiscard]] Status fold_constants(Graph& graph, const PassOptions& options = {});

/// Conv followed by BatchNormalization, or by Mul or Add with one constant per channel, becomes one
/// Conv.
[[nodiscard]] Status fold_batch_norm(Graph& graph, const PassOptions& options = {});

/// Takes out nodes that change nothing: Identity, Dropout, Cast to the same type, Transpose and
/// Reshape to the same layout, Concat of one, Pad by zero, Clip without limits; and pairs of
/// Transposes that cancel.
[[nodiscard]] Status remove_identity(Graph& graph, const PassOptions& options = {});

/// Removes nodes whose results nobody uses, and unused initialisers and value infos.
[[nodiscard]] Status remove_dead(Graph& graph, const PassOptions& options = {});

/// Initialisers that are also listed as graph inputs (old exporters) become plain constants: an
/// engine can then fold them.
[[nodiscard]] Status clean_inputs(Graph& graph, const PassOptions& options = {});

/// All of the above until nothing changes (at most eight rounds).
[[nodiscard]] Status simplify(Graph& graph, const PassOptions& options = {});

struct Fp16Options {
  /// Operators kept in float: their range or accumulation needs it.
  std::set<std::string> float_ops = {"Resize",
                                     "NonMaxSuppression",
                                     "TopK",
                                     "Range",
                                     "Exp",
                                     "ReduceSum",
                                     "CumSum",
                                     "Softmax",
                                     "Pow",
                                     "QuantizeLinear",
                                     "DequantizeLinear"};
  /// Nodes kept in float, by name.
  std::set<std::string> float_nodes = {};
};

/// Weights and activations to FP16; inputs and outputs stay FP32 (Cast nodes at the borders).
/// Errors: invalid_argument when a weight does not fit FP16's range.
[[nodiscard]] Status convert_fp16(Graph& graph, const Fp16Options& options = {});

}  // namespace aiflow::graph
