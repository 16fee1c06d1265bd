// SPDX-License-Identifier: Apache-2.0
#include "optimize/calibrate.h"

#include <cmath>
#include <numeric>
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
    note(output.name, output.tensor.view());
  }
  note(input_name, input_.view());
  ++frames_;
  return {};
}

void Calibrator::note(const std::string& name, const tensor::TensorView& value) {
  const auto found = collectors_.find(name);
  if (found == collectors_.end() || value.dtype() != tensor::DType::f32) return;
  const auto data = value.data<float>();
  found->second.add(data);
  const auto& shape = value.shape();
  if ((shape.rank() != 2 && shape.rank() != 4) || data.empty()) return;
  const auto count = static_cast<std::size_t>(shape[1]);
  const auto step = static_cast<std::size_t>(shape.strides()[1]);
  ChannelSums& channels = channels_[name];
  channels.sums.resize(count, 0);
  channels.values += data.size() / count;
  for (std::size_t start = 0; start < data.size(); start += step) {
    const auto part = data.subspan(start, step);
    const double sum = std::reduce(part.begin(), part.end(), 0.0);
    // One value that is no number must not make the channel's bias none.
    if (std::isfinite(sum)) channels.sums[start / step % count] += sum;
  }
}

std::map<std::string, graph::Range> Calibrator::ranges(double percent) const {
  std::map<std::string, graph::Range> out;
  for (const auto& [name, collector] : collectors_) {
    if (collector.count() > 0) out[name] = collector.percentile(percent);
  }
  return out;
}

std::map<std::string, std::vector<float>> Calibrator::channel_means() const {
  std::map<std::string, std::vector<float>> out;
  for (const auto& [name, channels] : channels_) {
    for (const double sum : channels.sums) {
      out[name].push_back(static_cast<float>(sum / static_cast<double>(channels.values)));
    }
  }
  return out;
}

}  // namespace aiflow::optimize
