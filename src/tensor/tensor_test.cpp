// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace aiflow;
using namespace aiflow::tensor;

TEST_CASE("every half converts to float and back to itself") {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    if (std::isnan(value)) {
      CHECK(std::isnan(half_to_float(float_to_half(value))));
    } else {
      CHECK(float_to_half(value) == half);
    }
  }
}

TEST_CASE("half rounds to nearest even and overflows to infinity") {
  CHECK(float_to_half(1.0F + 0x1.0p-11F) == 0x3C00);      // tie, to even
  CHECK(float_to_half(1.0F + 3 * 0x1.0p-11F) == 0x3C02);  // tie, to even
  CHECK(float_to_half(1.0F + 0x1.1p-11F) == 0x3C01);      // above the tie
  CHECK(float_to_half(65504.0F) == 0x7BFF);
  CHECK(float_to_half(65519.0F) == 0x7BFF);
  CHECK(float_to_half(65520.0F) == 0x7C00);
  CHECK(float_to_half(-1e10F) == 0xFC00);
  CHECK(float_to_half(0x1.0p-24F) == 1);
  CHECK(float_to_half(0x1.0p-25F) == 0);  // tie, to even
  CHECK(float_to_half(0x1.8p-25F) == 1);
  CHECK(float_to_half(-0.0F) == 0x8000);
}

TEST_CASE("bfloat16 rounds to nearest even and keeps NaN") {
  CHECK(bfloat16_to_float(float_to_bfloat16(1.5F)) == 1.5F);
  CHECK(float_to_bfloat16(1.0F + 0x1.0p-8F) == 0x3F80);
  CHECK(float_to_bfloat16(1.0F + 3 * 0x1.0p-8F) == 0x3F82);
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(std::nanf("")))));
}

TEST_CASE("a shape refuses negative, huge and deep dimensions") {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  CHECK_FALSE(Shape::make(std::vector<std::int64_t>{-1, 2}));
  CHECK_FALSE(Shape::make(std::vector<std::int64_t>{big, big}));
  CHECK_FALSE(Shape::make(std::vector<std::int64_t>{0, big, big}));
  CHECK_FALSE(Shape::make(std::vector<std::int64_t>(9, 1)));
  CHECK(Shape::make(std::vector<std::int64_t>{0, 5})->elements() == 0);
  CHECK(Shape{}.elements() == 1);
  CHECK(to_string(Shape{1, 3, 300}) == "[1,3,300]");
  CHECK(Shape{2, 3, 4}.strides() == std::vector<std::int64_t>{12, 4, 1});
}

TEST_CASE("shapes broadcast from the right") {
  CHECK(*broadcast(Shape{2, 1, 4}, Shape{3, 1}) == Shape{2, 3, 4});
  CHECK(*broadcast(Shape{}, Shape{5}) == Shape{5});
  CHECK_FALSE(broadcast(Shape{2}, Shape{3}));
}

TEST_CASE("a tensor refuses bytes that do not fit its shape") {
  const std::vector<std::byte> bytes(11);
  CHECK_FALSE(Tensor::from_bytes(DType::f32, Shape{3}, bytes));
  CHECK_FALSE(TensorView::make(DType::f32, Shape{3}, bytes));
  CHECK(Tensor::from_bytes(DType::u8, Shape{11}, bytes));
}

TEST_CASE("a view on unaligned bytes is refused") {
  alignas(8) const std::byte bytes[16] = {};
  CHECK_FALSE(TensorView::make(DType::f32, Shape{2}, std::span(bytes).subspan(1, 8)));
  CHECK(TensorView::make(DType::f32, Shape{2}, std::span(bytes).subspan(4, 8)));
}

TEST_CASE("a cast truncates toward zero and clamps what does not fit") {
  const auto source =
      Tensor::of<float>(Shape{6}, std::vector<float>{-1.9F, 2.7F, 300.0F, -300.0F, 1e30F, NAN});
  CHECK(cast(source.view(), DType::i8) ==
        Tensor::of<std::int8_t>(Shape{6}, std::vector<std::int8_t>{-1, 2, 127, -128, 127, 0}));
  CHECK(to_ints(source.view())[4] == std::numeric_limits<std::int64_t>::max());
  CHECK(cast(source.view(), DType::boolean).bytes()[0] == std::byte{1});
}

TEST_CASE("casting through half keeps what a half can hold") {
  const auto source = Tensor::of<float>(Shape{2, 2}, std::vector<float>{0, 1, -2.5F, 1024});
  const Tensor half = cast(source.view(), DType::f16);
  CHECK(half.bytes().size() == 8);
  CHECK(cast(half.view(), DType::f32) == source);
}

TEST_CASE("a reshape keeps the bytes and refuses another size") {
  auto t = Tensor::of<float>(Shape{2, 2}, std::vector<float>{1, 2, 3, 4});
  CHECK(t.reshape(Shape{4, 1}));
  CHECK(t.data<float>()[3] == 4);
  CHECK_FALSE(t.reshape(Shape{5}));
}

TEST_CASE("dtype names are read back") {
  CHECK(*parse_dtype("UINT8") == DType::u8);
  CHECK(to_string(DType::f16) == "FP16");
  CHECK_FALSE(parse_dtype("COMPLEX"));
}
