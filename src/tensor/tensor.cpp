// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

namespace aiflow::tensor {
namespace {

std::size_t bytes_of(DType dtype, const Shape& shape) {
  return static_cast<std::size_t>(shape.elements()) * element_bytes(dtype);
}

Status check_bytes(DType dtype, const Shape& shape, std::size_t got) {
  const std::size_t want = bytes_of(dtype, shape);
  if (got == want) return {};
  return fail(ErrorCode::invalid_argument, "a tensor " + std::string(to_string(dtype)) +
                                               to_string(shape) + " needs " + std::to_string(want) +
                                               " bytes and got " + std::to_string(got));
}

/// Calls visit(load) where load(i) gives element i as float, double or an integer.
template <class Visit>
void visit_elements(const TensorView& view, const Visit& visit) {
  const std::byte* raw = view.bytes().data();
  const auto plain = [&]<class T>(T) {
    visit([raw](std::size_t i) { return reinterpret_cast<const T*>(raw)[i]; });
  };
  const auto half = reinterpret_cast<const std::uint16_t*>(raw);
  switch (view.dtype()) {
    case DType::f32: return plain(float{});
    case DType::f64: return plain(double{});
    case DType::f16: return visit([half](std::size_t i) { return half_to_float(half[i]); });
    case DType::bf16: return visit([half](std::size_t i) { return bfloat16_to_float(half[i]); });
    case DType::i8: return plain(std::int8_t{});
    case DType::u8: return plain(std::uint8_t{});
    case DType::i16: return plain(std::int16_t{});
    case DType::u16: return plain(std::uint16_t{});
    case DType::i32: return plain(std::int32_t{});
    case DType::u32: return plain(std::uint32_t{});
    case DType::i64: return plain(std::int64_t{});
    case DType::u64: return plain(std::uint64_t{});
    case DType::boolean: return plain(std::uint8_t{});
  }
}

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // A float at or beyond the limits of To is undefined to convert: clamp first.
    if (std::isnan(value)) return To{0};
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) {
      return std::numeric_limits<To>::min();
    }
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) {
      return std::numeric_limits<To>::max();
    }
  }
  return static_cast<To>(value);
}

template <class To>
void store_all(const TensorView& view, To* out) {
  const auto count = static_cast<std::size_t>(view.shape().elements());
  visit_elements(view, [&](const auto& load) {
    for (std::size_t i = 0; i < count; ++i) out[i] = convert<To>(load(i));
  });
}

void store_halves(const TensorView& view, std::uint16_t* out, bool brain) {
  const auto count = static_cast<std::size_t>(view.shape().elements());
  visit_elements(view, [&](const auto& load) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = convert<float>(load(i));
      out[i] = brain ? float_to_bfloat16(value) : float_to_half(value);
    }
  });
}

void store_booleans(const TensorView& view, std::uint8_t* out) {
  const auto count = static_cast<std::size_t>(view.shape().elements());
  visit_elements(view, [&](const auto& load) {
    using Element = decltype(load(0));
    for (std::size_t i = 0; i < count; ++i) out[i] = load(i) != Element{0} ? 1 : 0;
  });
}

}  // namespace

Result<TensorView> TensorView::make(DType dtype, Shape shape, std::span<const std::byte> bytes) {
  AIFLOW_TRY(check_bytes(dtype, shape, bytes.size()));
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  if (address % element_bytes(dtype) != 0) {
    return fail(ErrorCode::invalid_argument, "the bytes of a tensor are not aligned");
  }
  TensorView view;
  view.dtype_ = dtype;
  view.shape_ = std::move(shape);
  view.bytes_ = bytes;
  return view;
}

Tensor::Tensor(DType dtype, Shape shape) : dtype_(dtype), shape_(std::move(shape)) {
  words_.resize((bytes_of(dtype_, shape_) + 7) / 8);
}

Result<Tensor> Tensor::from_bytes(DType dtype, Shape shape, std::span<const std::byte> bytes) {
  AIFLOW_TRY(check_bytes(dtype, shape, bytes.size()));
  Tensor out(dtype, std::move(shape));
  if (!bytes.empty()) std::memcpy(out.words_.data(), bytes.data(), bytes.size());
  return out;
}

std::span<const std::byte> Tensor::bytes() const {
  return {reinterpret_cast<const std::byte*>(words_.data()), bytes_of(dtype_, shape_)};
}

std::span<std::byte> Tensor::bytes() {
  return {reinterpret_cast<std::byte*>(words_.data()), bytes_of(dtype_, shape_)};
}

TensorView Tensor::view() const {
  auto made = TensorView::make(dtype_, shape_, bytes());
  AIFLOW_ASSERT(made.has_value());
  return *std::move(made);
}

Status Tensor::reshape(Shape shape) {
  if (shape.elements() != shape_.elements()) {
    return fail(ErrorCode::invalid_argument,
                "cannot reshape " + to_string(shape_) + " to " + to_string(shape));
  }
  shape_ = std::move(shape);
  return {};
}

bool operator==(const Tensor& a, const Tensor& b) {
  return a.dtype_ == b.dtype_ && a.shape_ == b.shape_ && a.words_ == b.words_;
}

std::vector<float> to_floats(const TensorView& view) {
  std::vector<float> out(static_cast<std::size_t>(view.shape().elements()));
  store_all(view, out.data());
  return out;
}

std::vector<std::int64_t> to_ints(const TensorView& view) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(view.shape().elements()));
  store_all(view, out.data());
  return out;
}

Tensor cast(const TensorView& view, DType dtype) {
  Tensor out(dtype, view.shape());
  std::byte* raw = out.bytes().data();
  const auto plain = [&]<class T>(T) { store_all(view, reinterpret_cast<T*>(raw)); };
  switch (dtype) {
    case DType::f32: plain(float{}); break;
    case DType::f64: plain(double{}); break;
    case DType::f16: store_halves(view, reinterpret_cast<std::uint16_t*>(raw), false); break;
    case DType::bf16: store_halves(view, reinterpret_cast<std::uint16_t*>(raw), true); break;
    case DType::i8: plain(std::int8_t{}); break;
    case DType::u8: plain(std::uint8_t{}); break;
    case DType::i16: plain(std::int16_t{}); break;
    case DType::u16: plain(std::uint16_t{}); break;
    case DType::i32: plain(std::int32_t{}); break;
    case DType::u32: plain(std::uint32_t{}); break;
    case DType::i64: plain(std::int64_t{}); break;
    case DType::u64: plain(std::uint64_t{}); break;
    case DType::boolean: store_booleans(view, reinterpret_cast<std::uint8_t*>(raw)); break;
  }
  return out;
}

}  // namespace aiflow::tensor
