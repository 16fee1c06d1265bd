// SPDX-License-Identifier: Apache-2.0
// The extent of a tensor: a short list of non-negative dimensions whose product is known to fit.
// A Shape that exists is valid: all checks are in make().
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace aiflow::tensor {

inline constexpr std::size_t kRankMax = 8;
/// Largest number of elements of one tensor. Times 8 bytes it is far from overflowing 64 bits.
inline constexpr std::int64_t kElementsMax = std::int64_t{1} << 40;

class Shape {
 public:
  /// A scalar: rank 0, one element.
  Shape() = default;

  /// Errors: invalid_argument for a negative dimension, rank > kRankMax, or a product of the
  /// dimensions (zeros counted as ones) > kElementsMax.
  [[nodiscard]] static Result<Shape> make(std::span<const std::int64_t> dims);

  /// For shapes written in code; asserts what make() checks.
  Shape(std::initializer_list<std::int64_t> dims);

  [[nodiscard]] std::size_t rank() const { return dims_.size(); }
  [[nodiscard]] std::span<const std::int64_t> dims() const { return dims_; }
  /// Dimension `axis` < rank().
  [[nodiscard]] std::int64_t operator[](std::size_t axis) const { return dims_[axis]; }
  /// Number of elements; 1 for a scalar.
  [[nodiscard]] std::int64_t elements() const { return elements_; }
  /// Row-major strides in elements.
  [[nodiscard]] std::vector<std::int64_t> strides() const;

  friend bool operator==(const Shape& a, const Shape& b) { return a.dims_ == b.dims_; }

 private:
  std::vector<std::int64_t> dims_;
  std::int64_t elements_ = 1;
};

/// "[1,3,300,300]"
[[nodiscard]] std::string to_string(const Shape& shape);

/// Row-major broadcasting as in numpy and ONNX. Errors: invalid_argument when they do not fit.
[[nodiscard]] Result<Shape> broadcast(const Shape& a, const Shape& b);

}  // namespace aiflow::tensor
