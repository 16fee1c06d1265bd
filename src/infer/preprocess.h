// SPDX-License-Identifier: Apache-2.0
// Picture -> input tensor: bilinear resize, colour order, mean and scale, layout, element type.
// In: ImageView. Out: tensor and the Placement that leads boxes back to the picture.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "infer/image_view.h"
#include "json/value.h"
#include "tensor/tensor.h"

namespace aiflow::infer {

enum class Layout { nchw, nhwc };

enum class Resize {
  stretch,             ///< both sides to the input's, the aspect changes
  letterbox,           ///< aspect kept, centred, rest is pad_value
  letterbox_top_left,  ///< aspect kept, in the upper left corner
};

/// What a model wants to see. element = (pixel - mean) * scale, per channel in `colour` order.
struct InputSpec {
  std::string name = {};  ///< of the input tensor; "" = the model's only one
  int width = 0;          ///< 1 to 4096
  int height = 0;         ///< 1 to 4096
  Layout layout = Layout::nchw;
  ColourOrder colour = ColourOrder::rgb;
  Resize resize = Resize::stretch;
  tensor::DType dtype = tensor::DType::f32;  ///< f32 or u8 (u8: mean 0, scale 1)
  std::array<float, 3> mean{0, 0, 0};
  std::array<float, 3> scale{1, 1, 1};
  float pad_value = 114;  ///< pixel value, before mean and scale
  friend bool operator==(const InputSpec&, const InputSpec&) = default;
};

/// Reads the decoder configuration's "input" member (docs/guide/decoders.md).
/// Errors: invalid_argument naming the member.
[[nodiscard]] Result<InputSpec> parse_input_spec(const json::Value& input);

/// picture = (input - pad) / scale, per axis; in pixels.
struct Placement {
  double scale_x = 1;
  double scale_y = 1;
  double pad_x = 0;
  double pad_y = 0;
  int image_width = 0;
  int image_height = 0;
};

/// Keeps its tables between pictures of one size. Used by one thread at a time.
class Preprocessor {
 public:
  explicit Preprocessor(const InputSpec& spec) : spec_(spec) {}

  [[nodiscard]] const InputSpec& spec() const { return spec_; }

  /// Fills `out`, which is made on first use: [1,3,h,w] or [1,h,w,3].
  Placement run(const ImageView& image, tensor::Tensor& out);

 private:
  void plan(const ImageView& image);
  template <class Element>
  void fill(const ImageView& image, std::span<Element> out);
  template <class Element>
  void fill_padding(std::span<Element> out) const;
  void blend_rows(const ImageView& image, int y);
  void mix_columns(const ImageView& image);
  template <class Element>
  void write_row(int y, std::span<Element> out) const;
  /// Where a pixel's channel is in the tensor.
  [[nodiscard]] std::size_t index(int channel, int y, int x) const;

  InputSpec spec_;
  Placement placement_;
  int inner_width_ = 0;  ///< of the resized picture inside the input
  int inner_height_ = 0;
  int inner_x_ = 0;
  int inner_y_ = 0;
  std::vector<int> column_offsets_;     ///< of the left neighbour in a row, in bytes
  std::vector<int> column_weights_;     ///< of the right neighbour, 0 to 256
  std::vector<std::uint16_t> blended_;  ///< two source rows mixed, pixel value times 2^8
  std::vector<std::int32_t> mixed_;     ///< one output row, pixel value times 2^16
};

}  // namespace aiflow::infer
