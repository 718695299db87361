// SPDX-License-Identifier: Apache-2.0
// Views of the same elements in other shapes, and copies in other arrangements. Any element type; gradients
// for f32 and f64.
#pragma once

#include <initializer_list>
#include <span>

#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// ---- views: the result shares x's memory ----
// The same elements, row-major, in another shape. Copies where the layout allows no view.
Tensor reshape(const Tensor& x, const Shape& shape);
// One extent may be −1: it is computed from the others.
Tensor reshape(const Tensor& x, std::initializer_list<int64_t> extents);
// Dimensions a and b swapped.
Tensor transpose(const Tensor& x, int a, int b);
// Dimension i of the result is dimension order[i] of x.
Tensor permute(const Tensor& x, std::initializer_list<int> order);
// Elements begin, begin + 1, …, end − 1 of a dimension; begin ≤ end, both in [0, extent].
Tensor slice(const Tensor& x, int dim, int64_t begin, int64_t end);
// One element of a dimension, which is removed; −1 is the last.
Tensor select(const Tensor& x, int dim, int64_t index);
// Repeated to `shape` by broadcasting.
Tensor expand(const Tensor& x, const Shape& shape);
// Inserts a dimension of extent 1 before `dim` (−1: at the end), or removes it.
Tensor unsqueeze(const Tensor& x, int dim);
Tensor squeeze(const Tensor& x, int dim);
// Consecutive pieces of a dimension; the sizes add up to its extent. One backward writes all gradients in one
// place.
PoolVector<Tensor> split(const Tensor& x, int dim, std::span<const int64_t> sizes);
// `parts` equal pieces.
PoolVector<Tensor> chunk(const Tensor& x, int dim, int64_t parts);

// ---- copies ----
// x itself where it is dense, and otherwise a dense copy.
Tensor contiguous(const Tensor& x);
// Tensors concatenated along a dimension; the other extents are equal.
Tensor concat(std::span<const Tensor> parts, int dim);
inline Tensor concat(std::initializer_list<Tensor> parts, int dim) {
  return concat(std::span(parts.begin(), parts.size()), dim);
}
// Tensors of one shape stacked along a new dimension before `dim`.
Tensor stack(std::span<const Tensor> parts, int dim);
inline Tensor stack(std::initializer_list<Tensor> parts, int dim) {
  return stack(std::span(parts.begin(), parts.size()), dim);
}
// `before` and `after` elements of `value` added around a dimension.
Tensor pad(const Tensor& x, int dim, int64_t before, int64_t after, double value = 0);
// Elements ids[0], ids[1], … of a dimension; ids [n] of i32 or i64. Error: an id outside the dimension.
Tensor index_select(const Tensor& x, int dim, const Tensor& ids);
// y[i, j, …] = x[…, ids[i, j, …], …], the index replacing the coordinate in `dim`. ids is of x's rank, and
// its other extents are at most x's. Error: an id outside the dimension.
Tensor gather(const Tensor& x, int dim, const Tensor& ids);

}  // namespace hodhod
