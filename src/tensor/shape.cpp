// SPDX-License-Identifier: Apache-2.0
#include "tensor/shape.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace aiflow::tensor {
namespace {

/// Product with zeros counted as ones, so that no partial product overflows; 0 when too large.
std::int64_t bounded_product(std::span<const std::int64_t> dims) {
  std::int64_t product = 1;
  for (const std::int64_t dim : dims) {
    const std::int64_t factor = std::max<std::int64_t>(dim, 1);
    if (factor > kElementsMax / product) return 0;
    product *= factor;
  }
  return product;
}

}  // namespace

Result<Shape> Shape::make(std::span<const std::int64_t> dims) {
  if (dims.size() > kRankMax) {
    return fail(ErrorCode::invalid_argument, "a shape has " + std::to_string(dims.size()) +
                                                 " dimensions, at most " +
                                                 std::to_string(kRankMax) + " are supported");
  }
  for (const std::int64_t dim : dims) {
    if (dim < 0) {
      return fail(ErrorCode::invalid_argument,
                  "a shape has the negative dimension " + std::to_string(dim));
    }
  }
  const std::int64_t product = bounded_product(dims);
  if (product == 0) return fail(ErrorCode::invalid_argument, "a shape has too many elements");
  Shape shape;
  shape.dims_.assign(dims.begin(), dims.end());
  shape.elements_ = std::ranges::find(dims, 0) == dims.end() ? product : 0;
  return shape;
}

Shape::Shape(std::initializer_list<std::int64_t> dims) {
  auto made = make({dims.begin(), dims.size()});
  AIFLOW_ASSERT(made.has_value());
  *this = *std::move(made);
}

std::vector<std::int64_t> Shape::strides() const {
  std::vector<std::int64_t> out(dims_.size(), 1);
  for (std::size_t axis = dims_.size(); axis-- > 1;) out[axis - 1] = out[axis] * dims_[axis];
  return out;
}

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (const std::int64_t dim : shape.dims()) {
    if (out.size() > 1) out += ',';
    out += std::to_string(dim);
  }
  return out + "]";
}

Result<Shape> broadcast(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> dims(rank, 1);
  for (std::size_t from_end = 1; from_end <= rank; ++from_end) {
    const std::int64_t x = from_end <= a.rank() ? a[a.rank() - from_end] : 1;
    const std::int64_t y = from_end <= b.rank() ? b[b.rank() - from_end] : 1;
    if (x != y && x != 1 && y != 1) {
      return fail(ErrorCode::invalid_argument,
                  "the shapes " + to_string(a) + " and " + to_string(b) + " do not broadcast");
    }
    dims[rank - from_end] = x == 1 ? y : x;
  }
  return Shape::make(dims);
}

}  // namespace aiflow::tensor
