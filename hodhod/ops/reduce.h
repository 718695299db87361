// SPDX-License-Identifier: Apache-2.0
// Reductions of f32 and f64 tensors over dimensions. The order of additions depends on their number alone.
#pragma once

#include <array>
#include <initializer_list>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Dimensions to reduce over; negative ones count from the end.
class Dims {
 public:
  Dims(int dim) : dims_{dim}, count_(1) {}  // NOLINT: one dimension is a list of one
  Dims(std::initializer_list<int> dims);    // NOLINT

  // Whether each dimension of a tensor of this rank is among them; Error names `op` if one is not there or
  // twice.
  std::array<bool, Shape::kMaxRank> mask(const char* op, int rank) const;

 private:
  std::array<int, Shape::kMaxRank> dims_{};
  int count_ = 0;
};

enum class Keep { no, yes };  // whether reduced dimensions stay, with extent 1

// Over all elements, giving a scalar, or over some dimensions.
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, const Dims& dims, Keep keep = Keep::no);
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Dims& dims, Keep keep = Keep::no);

// The largest along one dimension (not of extent 0); NaN wins. The gradient goes to the first of equals.
Tensor max(const Tensor& x, int dim, Keep keep = Keep::no);
// The index of the first of the largest, as i64.
Tensor argmax(const Tensor& x, int dim = -1, Keep keep = Keep::no);

// √Σ x² over all elements, a scalar.
Tensor l2_norm(const Tensor& x);

// x summed over the dimensions that broadcasting from `shape` to x.shape() stretches or adds.
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace hodhod
