// SPDX-License-Identifier: Apache-2.0
// Anchor-free detectors on grids: kinds "yolox" and "fastestdet" (docs/guide/decoders.md).
#include <algorithm>
#include <cmath>

#include "infer/detail/detector.h"

namespace aiflow::infer {
namespace {

/// Best class of a cell; `values` are `stride` apart.
struct Best {
  std::size_t index = 0;
  float value = -1;
};
Best best_class(const float* values, std::size_t count, std::size_t stride) {
  Best best;
  for (std::size_t c = 0; c < count; ++c) {
    const float value = values[c * stride];
    if (!(value <= best.value)) best = {c, value};  // a NaN wins, so that it is seen
  }
  return best;
}

Status wrong_shape(const tensor::Tensor& tensor, const std::string& expected) {
  return fail(ErrorCode::invalid_argument,
              "decoder: output " + tensor::to_string(tensor.shape()) + " must be " + expected);
}

/// Rows of x, y, w, h, objectness, classes for each cell of each stride; scores are probabilities.
class Yolox final : public Detector {
 public:
  Yolox(DetectorConfig config, std::string output, std::vector<int> strides)
      : Detector(std::move(config)), output_(std::move(output)), strides_(std::move(strides)) {}

  [[nodiscard]] std::vector<std::string> box_outputs() const override { return {output_}; }

  [[nodiscard]] Status check_outputs(std::span<const engine::TensorSpec> specs) const override {
    return check_has_output(specs, output_);
  }

  [[nodiscard]] Result<Decoded> decode(std::span<const engine::Output> outputs,
                                       const Placement& placement,
                                       double score_min) const override {
    AIFLOW_ASSIGN(const auto* tensor, find_output(outputs, output_));
    const std::size_t row_length = 5 + labels().size();
    std::size_t rows = 0;
    for (const int stride : strides_) {
      rows += static_cast<std::size_t>((input().width / stride) * (input().height / stride));
    }
    if (tensor->elements() != static_cast<std::int64_t>(rows * row_length)) {
      return fail(wrong_shape(*tensor,
                              "[1," + std::to_string(rows) + "," + std::to_string(row_length) + "]")
                      .error());
    }
    const Floats floats(*tensor);
    Candidates found(config(), placement);
    const float* row = floats.values().data();
    for (const int stride : strides_) {
      const int columns = input().width / stride;
      const int cells = columns * (input().height / stride);
      for (int cell = 0; cell < cells; ++cell, row += row_length) {
        add_cell(row, {cell % columns, cell / columns, stride}, score_min, found);
      }
    }
    return found.finish();
  }

 private:
  struct Cell {
    int x;
    int y;
    int stride;
  };
  void add_cell(const float* row, Cell cell, double score_min, Candidates& found) const {
    const float objectness = row[4];
    if (objectness < score_min) return;  // a class can only lower it
    const Best best = best_class(row + 5, labels().size(), 1);
    const double score = static_cast<double>(objectness) * static_cast<double>(best.value);
    if (score < score_min) return;
    found.add({.centre_x = static_cast<double>((row[0] + static_cast<float>(cell.x)) *
                                               static_cast<float>(cell.stride)),
               .centre_y = static_cast<double>((row[1] + static_cast<float>(cell.y)) *
                                               static_cast<float>(cell.stride)),
               .width = static_cast<double>(std::exp(row[2])) * cell.stride,
               .height = static_cast<double>(std::exp(row[3])) * cell.stride,
               .score = score,
               .class_id = static_cast<int>(best.index)});
  }

  std::string output_;
  std::vector<int> strides_;
};

/// Planes of objectness, x, y, w, h, classes over one grid; scores are probabilities.
class FastestDet final : public Detector {
 public:
  FastestDet(DetectorConfig config, std::string output)
      : Detector(std::move(config)), output_(std::move(output)) {}

  [[nodiscard]] std::vector<std::string> box_outputs() const override { return {output_}; }

  [[nodiscard]] Status check_outputs(std::span<const engine::TensorSpec> specs) const override {
    return check_has_output(specs, output_);
  }

  [[nodiscard]] Result<Decoded> decode(std::span<const engine::Output> outputs,
                                       const Placement& placement,
                                       double score_min) const override {
    AIFLOW_ASSIGN(const auto* tensor, find_output(outputs, output_));
    const auto& shape = tensor->shape();
    const auto planes = static_cast<std::int64_t>(5 + labels().size());
    if (shape.rank() != 4 || shape[0] != 1 || shape[1] != planes) {
      return fail(wrong_shape(*tensor, "[1," + std::to_string(planes) + ",height,width]").error());
    }
    const Floats floats(*tensor);
    Candidates found(config(), placement);
    const std::int64_t cells = shape[2] * shape[3];
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      add_cell(floats.values().data() + cell,
               {cell % shape[3], cell / shape[3], shape[3], shape[2]}, score_min, found);
    }
    return found.finish();
  }

 private:
  struct Cell {
    std::int64_t x;
    std::int64_t y;
    std::int64_t columns;
    std::int64_t rows;
  };
  void add_cell(const float* first, Cell cell, double score_min, Candidates& found) const {
    const auto plane = static_cast<std::size_t>(cell.columns * cell.rows);
    const Best best = best_class(first + 5 * plane, labels().size(), plane);
    // The network is trained with this mix of objectness and class.
    const double score = std::pow(first[0], 0.6) * std::pow(best.value, 0.4);
    if (score < score_min) return;
    const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
    const auto place = [](double offset, std::int64_t at, std::int64_t count) {
      return (static_cast<double>(at) + std::tanh(offset)) / static_cast<double>(count);
    };
    found.add({.centre_x = place(first[plane], cell.x, cell.columns) * input().width,
               .centre_y = place(first[2 * plane], cell.y, cell.rows) * input().height,
               .width = logistic(first[3 * plane]) * input().width,
               .height = logistic(first[4 * plane]) * input().height,
               .score = score,
               .class_id = static_cast<int>(best.index)});
  }

  std::string output_;
};

}  // namespace

Result<std::unique_ptr<const Decoder>> make_yolox(const json::Value& value) {
  AIFLOW_ASSIGN(auto config, parse_detector_config(value));
  AIFLOW_ASSIGN(auto output, json::get_string(value, "output"));
  std::vector<int> strides{8, 16, 32};
  if (value.find("strides")) {
    AIFLOW_ASSIGN(const json::Array* given, json::get_array(value, "strides"));
    strides.clear();
    for (const auto& stride : *given) {
      const std::int64_t n = stride.is_int() ? stride.as_int() : 0;
      if (n < 1 || config.input.width % n != 0 || config.input.height % n != 0) {
        return fail(ErrorCode::invalid_argument, "'strides' must divide the input's sides");
      }
      strides.push_back(static_cast<int>(n));
    }
  }
  return std::unique_ptr<const Decoder>(
      new Yolox(std::move(config), std::move(output), std::move(strides)));
}

Result<std::unique_ptr<const Decoder>> make_fastestdet(const json::Value& value) {
  AIFLOW_ASSIGN(auto config, parse_detector_config(value));
  AIFLOW_ASSIGN(auto output, json::get_string(value, "output"));
  return std::unique_ptr<const Decoder>(new FastestDet(std::move(config), std::move(output)));
}

}  // namespace aiflow::infer
