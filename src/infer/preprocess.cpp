// SPDX-License-Identifier: Apache-2.0
#include "infer/preprocess.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>

namespace aiflow::infer {
namespace {

constexpr std::int64_t kInputSideMax = 4096;
constexpr int kWeightOne = 256;        ///< weights of a neighbour are 0 to 256
constexpr float kMixedOne = 65536.0F;  ///< a pixel value of 1 in `mixed_`

/// A source position between two neighbours. Pixel centres are at +0.5, as in OpenCV and PyTorch.
struct Tap {
  int first;
  int weight;  ///< of the second, 0 to 256
};
Tap tap(int target, int target_size, int source_size) {
  const double step = static_cast<double>(source_size) / target_size;
  const double at = std::clamp((target + 0.5) * step - 0.5, 0.0, source_size - 1.0);
  const int first = std::min(static_cast<int>(at), std::max(source_size - 2, 0));
  return {first, static_cast<int>(std::lround((at - first) * kWeightOne))};
}

Result<std::array<float, 3>> read_three(const json::Value& input, std::string_view key,
                                        float otherwise) {
  const json::Value* value = input.find(key);
  if (!value || value->is_null()) return std::array<float, 3>{otherwise, otherwise, otherwise};
  const auto wrong = [&] {
    return fail(ErrorCode::invalid_argument,
                "input '" + std::string(key) + "' must be a number or three of them");
  };
  std::array<float, 3> out{};
  if (value->is_number()) out.fill(static_cast<float>(value->as_double()));
  if (value->is_array()) {
    if (value->as_array().size() != 3) return wrong();
    for (std::size_t c = 0; c < 3; ++c) {
      if (!value->as_array()[c].is_number()) return wrong();
      out[c] = static_cast<float>(value->as_array()[c].as_double());
    }
  }
  const bool valid = (value->is_number() || value->is_array()) &&
                     std::ranges::all_of(out, [](float v) { return std::isfinite(v); });
  if (!valid) return wrong();
  return out;
}

template <class Enum>
struct Word {
  std::string_view text;
  Enum value;
};

template <class Enum, std::size_t N>
Result<Enum> read_word(const json::Value& input, const char* key, const Word<Enum> (&words)[N]) {
  AIFLOW_ASSIGN(const auto text, json::get_string_or(input, key, std::string(words[0].text)));
  for (const auto& word : words) {
    if (word.text == text) return word.value;
  }
  return fail(ErrorCode::invalid_argument,
              "input '" + std::string(key) + "' can't be '" + text + "'");
}

Result<int> read_side(const json::Value& input, const char* key) {
  AIFLOW_ASSIGN(const auto side, json::get_int(input, key));
  if (side >= 1 && side <= kInputSideMax) return static_cast<int>(side);
  return fail(ErrorCode::invalid_argument, "input '" + std::string(key) + "' must be 1 to 4096");
}

}  // namespace

Result<InputSpec> parse_input_spec(const json::Value& input) {
  constexpr Word<Layout> kLayouts[] = {{"nchw", Layout::nchw}, {"nhwc", Layout::nhwc}};
  constexpr Word<ColourOrder> kColours[] = {{"rgb", ColourOrder::rgb}, {"bgr", ColourOrder::bgr}};
  constexpr Word<Resize> kResizes[] = {{"stretch", Resize::stretch},
                                       {"letterbox", Resize::letterbox},
                                       {"letterbox_top_left", Resize::letterbox_top_left}};
  constexpr Word<tensor::DType> kTypes[] = {{"FP32", tensor::DType::f32},
                                            {"UINT8", tensor::DType::u8}};
  InputSpec spec;
  AIFLOW_ASSIGN(spec.name, json::get_string_or(input, "name", ""));
  AIFLOW_ASSIGN(spec.width, read_side(input, "width"));
  AIFLOW_ASSIGN(spec.height, read_side(input, "height"));
  AIFLOW_ASSIGN(spec.layout, read_word(input, "layout", kLayouts));
  AIFLOW_ASSIGN(spec.colour, read_word(input, "color", kColours));
  AIFLOW_ASSIGN(spec.resize, read_word(input, "resize", kResizes));
  AIFLOW_ASSIGN(spec.dtype, read_word(input, "datatype", kTypes));
  AIFLOW_ASSIGN(spec.mean, read_three(input, "mean", 0));
  AIFLOW_ASSIGN(spec.scale, read_three(input, "scale", 1));
  AIFLOW_ASSIGN(const auto pad, json::get_double_or(input, "pad", 114));
  if (pad < 0 || pad > 255) {
    return fail(ErrorCode::invalid_argument, "input 'pad' must be a pixel value, 0 to 255");
  }
  spec.pad_value = static_cast<float>(pad);
  const bool plain =
      spec.mean == std::array<float, 3>{0, 0, 0} && spec.scale == std::array<float, 3>{1, 1, 1};
  if (spec.dtype == tensor::DType::u8 && !plain) {
    return fail(ErrorCode::invalid_argument, "input 'mean' and 'scale' need datatype FP32");
  }
  return spec;
}

Placement Preprocessor::run(const ImageView& image, tensor::Tensor& out) {
  if (placement_.image_width != image.width() || placement_.image_height != image.height()) {
    plan(image);
  }
  const tensor::Shape shape = spec_.layout == Layout::nchw
                                  ? tensor::Shape{1, 3, spec_.height, spec_.width}
                                  : tensor::Shape{1, spec_.height, spec_.width, 3};
  if (out.dtype() != spec_.dtype || out.shape() != shape) out = tensor::Tensor(spec_.dtype, shape);
  if (spec_.dtype == tensor::DType::u8) {
    fill(image, out.data<std::uint8_t>());
  } else {
    fill(image, out.data<float>());
  }
  return placement_;
}

void Preprocessor::plan(const ImageView& image) {
  double scale_x = static_cast<double>(spec_.width) / image.width();
  double scale_y = static_cast<double>(spec_.height) / image.height();
  if (spec_.resize != Resize::stretch) scale_x = scale_y = std::min(scale_x, scale_y);
  const auto inner = [](double scale, int source, int target) {
    return std::clamp(static_cast<int>(std::lround(scale * source)), 1, target);
  };
  inner_width_ = inner(scale_x, image.width(), spec_.width);
  inner_height_ = inner(scale_y, image.height(), spec_.height);
  const bool centred = spec_.resize == Resize::letterbox;
  inner_x_ = centred ? (spec_.width - inner_width_) / 2 : 0;
  inner_y_ = centred ? (spec_.height - inner_height_) / 2 : 0;
  placement_ = {.scale_x = static_cast<double>(inner_width_) / image.width(),
                .scale_y = static_cast<double>(inner_height_) / image.height(),
                .pad_x = static_cast<double>(inner_x_),
                .pad_y = static_cast<double>(inner_y_),
                .image_width = image.width(),
                .image_height = image.height()};
  column_offsets_.clear();
  column_weights_.clear();
  for (int x = 0; x < inner_width_; ++x) {
    const Tap t = tap(x, inner_width_, image.width());
    column_offsets_.push_back(t.first * 3);
    column_weights_.push_back(t.weight);
  }
  // One pixel more than the row: the right neighbour of a picture that is one pixel wide.
  blended_.assign(static_cast<std::size_t>(image.width() + 1) * 3, 0);
  mixed_.assign(static_cast<std::size_t>(inner_width_) * 3, 0);
}

template <class Element>
void Preprocessor::fill(const ImageView& image, std::span<Element> out) {
  if (inner_width_ < spec_.width || inner_height_ < spec_.height) fill_padding(out);
  for (int y = 0; y < inner_height_; ++y) {
    blend_rows(image, y);
    mix_columns(image);
    write_row(y, out);
  }
}

template <class Element>
void Preprocessor::fill_padding(std::span<Element> out) const {
  for (int c = 0; c < 3; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    const auto value =
        static_cast<Element>((spec_.pad_value - spec_.mean[channel]) * spec_.scale[channel]);
    for (int y = 0; y < spec_.height; ++y) {
      const bool inside = y >= inner_y_ && y < inner_y_ + inner_height_;
      for (int x = 0; x < spec_.width; ++x) {
        if (inside && x == inner_x_) x += inner_width_;
        if (x < spec_.width) out[index(c, y, x)] = value;
      }
    }
  }
}

/// The vertical half of the interpolation: whole rows, no gathers, so it vectorises.
void Preprocessor::blend_rows(const ImageView& image, int y) {
  const Tap t = tap(y, inner_height_, image.height());
  const std::uint8_t* __restrict upper = image.row(t.first);
  const std::uint8_t* __restrict lower = image.row(std::min(t.first + 1, image.height() - 1));
  std::uint16_t* __restrict out = blended_.data();
  const auto w1 = static_cast<std::uint16_t>(t.weight);
  const auto w0 = static_cast<std::uint16_t>(kWeightOne - t.weight);
  const int count = image.width() * 3;
  for (int i = 0; i < count; ++i) {
    out[i] = static_cast<std::uint16_t>(upper[i] * w0 + lower[i] * w1);
  }
}

/// The horizontal half, with the channels put in the model's order and layout.
void Preprocessor::mix_columns(const ImageView& image) {
  const bool planar = spec_.layout == Layout::nchw;
  const int step = planar ? 1 : 3;
  const int plane = planar ? inner_width_ : 1;
  const bool same_order = image.order() == spec_.colour;
  const std::uint16_t* __restrict in = blended_.data();
  std::int32_t* __restrict first = mixed_.data() + (same_order ? 0 : 2 * plane);
  std::int32_t* __restrict second = mixed_.data() + plane;
  std::int32_t* __restrict third = mixed_.data() + (same_order ? 2 * plane : 0);
  const int* __restrict offsets = column_offsets_.data();
  const int* __restrict weights = column_weights_.data();
  for (int x = 0; x < inner_width_; ++x) {
    const std::uint16_t* p = in + offsets[x];
    const int w1 = weights[x];
    const int w0 = kWeightOne - w1;
    first[x * step] = p[0] * w0 + p[3] * w1;
    second[x * step] = p[1] * w0 + p[4] * w1;
    third[x * step] = p[2] * w0 + p[5] * w1;
  }
}

template <class Element>
void Preprocessor::write_row(int y, std::span<Element> out) const {
  const bool planar = spec_.layout == Layout::nchw;
  const int step = planar ? 1 : 3;
  for (int c = 0; c < 3; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    const std::int32_t* __restrict in = mixed_.data() + (planar ? c * inner_width_ : c);
    Element* __restrict to = out.data() + index(c, inner_y_ + y, inner_x_);
    const float scale = spec_.scale[channel] / kMixedOne;
    const float bias = -spec_.mean[channel] * spec_.scale[channel];
    for (int x = 0; x < inner_width_; ++x) {
      if constexpr (std::is_same_v<Element, float>) {
        to[x * step] = static_cast<float>(in[x * step]) * scale + bias;
      } else {
        to[x * step] = static_cast<Element>((in[x * step] + (1 << 15)) >> 16);
      }
    }
  }
}

std::size_t Preprocessor::index(int channel, int y, int x) const {
  const auto c = static_cast<std::size_t>(channel);
  const auto width = static_cast<std::size_t>(spec_.width);
  const std::size_t pixel = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
  if (spec_.layout == Layout::nhwc) return pixel * 3 + c;
  return c * width * static_cast<std::size_t>(spec_.height) + pixel;
}

}  // namespace aiflow::infer
