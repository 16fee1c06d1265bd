// SPDX-License-Identifier: Apache-2.0
#include "optimize/calibrate.h"

#include <utility>

#include "graph/onnx_io.h"
#include "infer/image_view.h"

namespace aiflow::optimize {

Result<Calibrator> Calibrator::open(const engine::Engine& engine, const graph::Graph& graph,
                                    const infer::InputSpec& input) {
  if (graph.inputs.size() != 1) {
    return fail(ErrorCode::invalid_argument, "calibration needs a model with one input");
  }
  auto values = graph::calibration_values(graph, {});
  const auto bytes = graph::write_onnx(graph::expose_values(graph, values));
  AIFLOW_ASSIGN(auto session, engine.open(bytes));
  return Calibrator(std::move(session), std::move(values), input);
}

Calibrator::Calibrator(engine::Session session, std::vector<std::string> values,
                       infer::InputSpec input)
    : session_(std::move(session)), preprocessor_(input) {
  for (std::string& name : values) collectors_[std::move(name)];
}

Status Calibrator::add(const media::Image& image) {
  AIFLOW_ASSIGN(const auto view, infer::ImageView::make(image.bgr, image.width, image.height,
                                                        infer::ColourOrder::bgr));
  preprocessor_.run(view, input_);
  const std::string& input_name = session_.inputs()[0].name;
  const engine::Input input{input_name, input_.view()};
  AIFLOW_ASSIGN(const auto outputs, session_.run({&input, 1}));
  for (const engine::Output& output : outputs) {
    const auto found = collectors_.find(output.name);
    if (found == collectors_.end() || output.tensor.dtype() != tensor::DType::f32) continue;
    found->second.add(output.tensor.data<float>());
  }
  const auto found = collectors_.find(input_name);
  if (found != collectors_.end()) found->second.add(input_.data<float>());
  ++frames_;
  return {};
}

std::map<std::string, graph::Range> Calibrator::ranges(double percent) const {
  std::map<std::string, graph::Range> out;
  for (const auto& [name, collector] : collectors_) {
    if (collector.count() > 0) out[name] = collector.percentile(percent);
  }
  return out;
}

}  // namespace aiflow::optimize
