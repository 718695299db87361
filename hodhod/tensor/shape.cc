// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/shape.h"

#include <algorithm>

namespace hodhod {

Shape::Shape(std::span<const int64_t> extents) {
  for (int64_t extent : extents) push_back(extent);
}

void Shape::push_back(int64_t extent) {
  check(rank_ < kMaxRank, "a tensor has at most {} dimensions", kMaxRank);
  check(extent >= 0, "extent {} of dimension {} is negative", extent, rank_);
  extents_[rank_++] = extent;
}

int64_t Shape::numel() const {
  int64_t product = 1;
  for (int64_t extent : *this) {
    check(!__builtin_mul_overflow(product, extent, &product), "shape {} has more than 2^63 elements", *this);
  }
  return product;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

Shape broadcast(const char* op, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result;
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank());
    const int ib = i - (rank - b.rank());
    const int64_t ea = ia < 0 ? 1 : a[ia];
    const int64_t eb = ib < 0 ? 1 : b[ib];
    check(ea == eb || ea == 1 || eb == 1,
          "{}: shapes {} and {} do not broadcast (dimension {} from the end is {} and {}); make them equal "
          "or one of "
          "them 1",
          op, a, b, rank - i, ea, eb);
    result.push_back(ea == 1 ? eb : ea);
  }
  return result;
}

Shape dense_strides(const Shape& shape) {
  Shape strides = shape;
  int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= std::max<int64_t>(shape[i], 1);
  }
  return strides;
}

}  // namespace hodhod
