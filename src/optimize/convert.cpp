// SPDX-License-Identifier: Apache-2.0
#include "optimize/convert.h"

#include <algorithm>

namespace aiflow::optimize {
namespace {

constexpr std::int64_t kAnchors = 1917;

/// The output [1, 1917, last]; null pointer when there is none.
const graph::ValueInfo* head(const graph::Graph& graph, std::int64_t last) {
  const std::vector<std::int64_t> wanted{1, kAnchors, last};
  const auto found = std::ranges::find(graph.outputs, wanted, &graph::ValueInfo::dims);
  return found == graph.outputs.end() ? nullptr : &*found;
}

json::Value ssd_anchors() {
  return json::object({{"feature_maps", json::Array{19, 10, 5, 3, 2, 1}},
                       {"scale_min", 0.2},
                       {"scale_max", 0.95},
                       {"aspect_ratios", json::Array{1.0, 2.0, 0.5, 3.0, 0.3333}},
                       {"interpolated_scale_aspect_ratio", 1.0},
                       {"reduce_boxes_in_lowest_layer", true},
                       {"offset", 0.5}});
}

}  // namespace

Result<std::string_view> cut(std::string_view file, Slice slice) {
  if (slice.offset > file.size() || slice.bytes > file.size() - slice.offset) {
    return fail(ErrorCode::invalid_argument, "the file has " + std::to_string(file.size()) +
                                                 " bytes; offset " + std::to_string(slice.offset) +
                                                 " and length " + std::to_string(slice.bytes) +
                                                 " lie outside");
  }
  const std::size_t rest = file.size() - slice.offset;
  return file.substr(slice.offset, slice.bytes == 0 ? rest : slice.bytes);
}

Result<std::vector<std::string>> parse_labels(std::string_view text) {
  std::vector<std::string> labels;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (std::ranges::any_of(line, [](char c) { return c >= 0 && c < ' ' && c != '\r'; })) {
      return fail(ErrorCode::corrupt, "the labels are no text");
    }
    if (!line.empty()) labels.emplace_back(line.ends_with('\r') ? line.substr(0, end - 1) : line);
  }
  if (!labels.empty() && labels.front() == "???") labels.front() = "background";
  return labels;
}

Result<json::Value> ssd_oidv4_decoder(const graph::Graph& graph,
                                      const std::vector<std::string>& labels) {
  const auto* boxes = head(graph, 4);
  const auto* scores = head(graph, static_cast<std::int64_t>(labels.size()));
  const std::vector<std::int64_t> picture{1, 3, 300, 300};
  if (graph.inputs.size() != 1 || graph.inputs[0].dims != picture || boxes == nullptr ||
      scores == nullptr) {
    return fail(ErrorCode::invalid_argument,
                "the model is not ssd-oidv4: expected the input [1,3,300,300] and the outputs "
                "[1,1917,4] and [1,1917," +
                    std::to_string(labels.size()) + "]");
  }
  json::Array names;
  for (const std::string& label : labels) names.emplace_back(label);
  return json::object({{"kind", "ssd_anchors"},
                       {"input", json::object({{"name", graph.inputs[0].name},
                                               {"width", 300},
                                               {"height", 300},
                                               {"layout", "nchw"},
                                               {"color", "rgb"},
                                               {"mean", json::Array{127.5, 127.5, 127.5}},
                                               {"scale", 1 / 127.5},
                                               {"resize", "stretch"}})},
                       {"boxes_output", boxes->name},
                       {"scores_output", scores->name},
                       {"anchors", ssd_anchors()},
                       {"box_scales", json::Array{10, 10, 5, 5}},
                       {"score", "sigmoid"},
                       {"background_class", 0},
                       {"labels", std::move(names)},
                       {"score_min", 0.4},
                       {"nms_iou", 0.5},
                       {"detections_max", 100}});
}

}  // namespace aiflow::optimize
