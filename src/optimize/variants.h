// SPDX-License-Identifier: Apache-2.0
// Makes the optimised variants of a model. How each was made is kept inside its file, in the ONNX
// metadata "aiflow.method", so that a report can say it.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "graph/quantize.h"
#include "json/value.h"

namespace aiflow::optimize {

struct Variant {
  std::string name;  ///< "fp32-simplified", "fp16", "int8"
  std::vector<std::byte> onnx;
  json::Value method;
};

/// What INT8 was calibrated with, for the record.
struct Calibration {
  std::map<std::string, graph::Range> ranges;
  std::map<std::string, std::vector<float>> channel_means;  ///< empty = biases stay as they are
  std::size_t frames = 0;
  double percent = 100;
  std::string source;  ///< "vtest.avi frames 0:398"
};

struct Int8Options {
  bool reduce_range = true;                 ///< graph::QuantizeOptions::reduce_range
  std::set<std::string> float_outputs;      ///< graph::QuantizeOptions::float_outputs
  std::vector<std::string> float_prefixes;  ///< nodes whose name starts so stay in float
};

/// `graph` is simplified in all of these.
[[nodiscard]] Result<Variant> make_fp32(const graph::Graph& graph);
[[nodiscard]] Result<Variant> make_fp16(const graph::Graph& graph);
[[nodiscard]] Result<Variant> make_int8(const graph::Graph& graph, const Calibration& calibration,
                                        const Int8Options& options);

/// The method a model file carries; an empty object when it has none.
[[nodiscard]] json::Value method_of(const graph::Graph& graph);

}  // namespace aiflow::optimize
