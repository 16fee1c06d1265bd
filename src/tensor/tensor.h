// SPDX-License-Identifier: Apache-2.0
// Dense row-major tensors. Tensor owns its bytes, TensorView borrows them (of anything: a frame, a
// shared buffer, a mapped file). Element access is typed and asserted: data<float>() on an INT8
// tensor is a bug. No threads; a const Tensor may be read from many.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/result.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace aiflow::tensor {

/// The DType whose elements are stored as the C++ type T. f16, bf16 and bool have no C++ type of
/// their own: read them as std::uint16_t and std::uint8_t through bytes() or to_floats().
template <class T>
inline constexpr DType kDTypeOf = DType::boolean;
template <>
inline constexpr DType kDTypeOf<float> = DType::f32;
template <>
inline constexpr DType kDTypeOf<double> = DType::f64;
template <>
inline constexpr DType kDTypeOf<std::int8_t> = DType::i8;
template <>
inline constexpr DType kDTypeOf<std::uint8_t> = DType::u8;
template <>
inline constexpr DType kDTypeOf<std::int16_t> = DType::i16;
template <>
inline constexpr DType kDTypeOf<std::uint16_t> = DType::u16;
template <>
inline constexpr DType kDTypeOf<std::int32_t> = DType::i32;
template <>
inline constexpr DType kDTypeOf<std::uint32_t> = DType::u32;
template <>
inline constexpr DType kDTypeOf<std::int64_t> = DType::i64;
template <>
inline constexpr DType kDTypeOf<std::uint64_t> = DType::u64;

/// Borrowed bytes with a type and a shape. bytes.size() == elements * element_bytes, aligned for
/// the element type; make() checks both.
class TensorView {
 public:
  TensorView() = default;

  /// Errors: invalid_argument when the number of bytes is not what dtype and shape say, or the
  /// bytes are not aligned for the element type.
  [[nodiscard]] static Result<TensorView> make(DType dtype, Shape shape,
                                               std::span<const std::byte> bytes);

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  template <class T>
  [[nodiscard]] std::span<const T> data() const {
    AIFLOW_ASSERT(kDTypeOf<T> == dtype_);
    return {reinterpret_cast<const T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }

 private:
  DType dtype_ = DType::u8;
  Shape shape_{0};
  std::span<const std::byte> bytes_;
};

class Tensor {
 public:
  /// An empty tensor: UINT8, shape [0].
  Tensor() = default;

  /// Zero-filled.
  Tensor(DType dtype, Shape shape);

  /// Copies the bytes. Errors: invalid_argument when their number does not fit.
  [[nodiscard]] static Result<Tensor> from_bytes(DType dtype, Shape shape,
                                                 std::span<const std::byte> bytes);

  /// Copies values; their number must fit the shape (asserted).
  template <class T>
  [[nodiscard]] static Tensor of(Shape shape, std::span<const T> values) {
    Tensor out(kDTypeOf<T>, std::move(shape));
    AIFLOW_ASSERT(static_cast<std::size_t>(out.shape().elements()) == values.size());
    std::copy(values.begin(), values.end(), out.data<T>().begin());
    return out;
  }
  template <class T>
  [[nodiscard]] static Tensor of(Shape shape, const std::vector<T>& values) {
    return of<T>(std::move(shape), std::span<const T>(values));
  }
  template <class T>
  [[nodiscard]] static Tensor scalar(T value) {
    return of<T>(Shape{}, std::span<const T>(&value, 1));
  }

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::int64_t elements() const { return shape_.elements(); }
  [[nodiscard]] std::span<const std::byte> bytes() const;
  [[nodiscard]] std::span<std::byte> bytes();
  [[nodiscard]] TensorView view() const;

  /// The same bytes under another shape of as many elements. Errors: invalid_argument.
  [[nodiscard]] Status reshape(Shape shape);

  template <class T>
  [[nodiscard]] std::span<const T> data() const {
    AIFLOW_ASSERT(kDTypeOf<T> == dtype_);
    return {reinterpret_cast<const T*>(words_.data()), static_cast<std::size_t>(elements())};
  }
  template <class T>
  [[nodiscard]] std::span<T> data() {
    AIFLOW_ASSERT(kDTypeOf<T> == dtype_);
    return {reinterpret_cast<T*>(words_.data()), static_cast<std::size_t>(elements())};
  }

  friend bool operator==(const Tensor& a, const Tensor& b);

 private:
  DType dtype_ = DType::u8;
  Shape shape_{0};
  std::vector<std::uint64_t> words_;  ///< 8-byte words: aligned for every element type
};

/// Every element as float or int64; halves are widened, integers rounded to float, float to int
/// truncated and clamped, booleans 0 or 1.
[[nodiscard]] std::vector<float> to_floats(const TensorView& view);
[[nodiscard]] std::vector<std::int64_t> to_ints(const TensorView& view);

/// A tensor of `dtype` with the values converted as ONNX Cast does: float to integer truncates
/// (values out of range and NaN are clamped to the range), anything to bool is "!= 0".
[[nodiscard]] Tensor cast(const TensorView& view, DType dtype);

}  // namespace aiflow::tensor
