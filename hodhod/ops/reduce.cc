// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/reduce.h"

#include <algorithm>

#include "hodhod/ops/common.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"

namespace hodhod {

Dims::Dims(std::initializer_list<int> dims) : count_(static_cast<int>(dims.size())) {
  check(dims.size() <= Shape::kMaxRank, "{} dimensions to reduce over; a tensor has at most {}", dims.size(),
        Shape::kMaxRank);
  std::copy(dims.begin(), dims.end(), dims_.begin());
}

std::array<bool, Shape::kMaxRank> Dims::mask(const char* op, int rank) const {
  std::array<bool, Shape::kMaxRank> mask{};
  for (int k = 0; k < count_; ++k) {
    const int dim = dims_[k] < 0 ? dims_[k] + rank : dims_[k];
    check(dim >= 0 && dim < rank, "{}: dimension {} of a tensor of rank {}; give one from {} to {}", op,
          dims_[k], rank, -rank, rank - 1);
    check(!mask[dim], "{}: dimension {} of a tensor of rank {} is given twice; give it once", op, dim, rank);
    mask[dim] = true;
  }
  return mask;
}

namespace {

struct Parts {
  kernels::Nest<1> kept, reduced;
  Shape shape;        // of the result with the reduced dimensions kept
  Shape short_shape;  // without them
};

Parts parts_of(const Tensor& x, const std::array<bool, Shape::kMaxRank>& mask) {
  Parts parts;
  for (int i = 0; i < x.rank(); ++i) {
    kernels::Nest<1>& nest = mask[i] ? parts.reduced : parts.kept;
    nest.shape[nest.rank] = x.dim(i);
    nest.strides[0][nest.rank++] = x.stride(i);
    parts.shape.push_back(mask[i] ? 1 : x.dim(i));
    if (!mask[i]) parts.short_shape.push_back(x.dim(i));
  }
  return parts;
}

// factor · Σ x, with the reduced dimensions kept
Tensor sum_kept(const char* op, const Tensor& x, const Parts& parts, double factor) {
  Tensor y = x.new_empty(parts.shape);
  with_compute_type(op, x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(x).reduce({.reduction = kernels::Reduction::sum,
                                      .kept = parts.kept,
                                      .reduced = parts.reduced,
                                      .x = x.data<T>(),
                                      .y = y.data<T>(),
                                      .factor = static_cast<T>(factor)});
  });
  return y;
}

Tensor reduce_sum(const char* op, const Tensor& x, const std::array<bool, Shape::kMaxRank>& mask,
                  bool average, Keep keep) {
  const Parts parts = parts_of(x, mask);
  const double factor = average ? 1 / static_cast<double>(parts.reduced.count()) : 1;
  const Tensor y = sum_kept(op, x, parts, factor);
  return record(op, y.reshaped(keep == Keep::yes ? parts.shape : parts.short_shape), {x},
                [=, kept_shape = parts.shape, shape = x.shape()](const Tensor& dy, Gradients& d) {
                  const Tensor part = factor == 1 ? dy.dense() : scale(dy, factor);
                  d.add(0, expand(part.reshaped(kept_shape), shape));
                });
}

std::array<bool, Shape::kMaxRank> all_dims() {
  std::array<bool, Shape::kMaxRank> mask;
  mask.fill(true);
  return mask;
}

}  // namespace

Tensor sum(const Tensor& x) {
  detail::check_defined("sum", "its input", x);
  return reduce_sum("sum", x, all_dims(), false, Keep::no);
}

Tensor sum(const Tensor& x, const Dims& dims, Keep keep) {
  detail::check_defined("sum", "its input", x);
  return reduce_sum("sum", x, dims.mask("sum", x.rank()), false, keep);
}

Tensor mean(const Tensor& x) {
  detail::check_defined("mean", "its input", x);
  return reduce_sum("mean", x, all_dims(), true, Keep::no);
}

Tensor mean(const Tensor& x, const Dims& dims, Keep keep) {
  detail::check_defined("mean", "its input", x);
  return reduce_sum("mean", x, dims.mask("mean", x.rank()), true, keep);
}

namespace {

// `dim` counted from the front, where there is something to choose from.
int choice_dim(const char* op, const Tensor& x, int dim) {
  detail::check_defined(op, "its input", x);
  const int along = dim < 0 ? dim + x.rank() : dim;
  check(along >= 0 && along < x.rank(), "{}: dimension {} of {}; give one from {} to {}", op, dim, x.shape(),
        -x.rank(), x.rank() - 1);
  check(x.dim(along) > 0, "{}: dimension {} of {} is empty; there is nothing to choose from", op, along,
        x.shape());
  return along;
}

}  // namespace

Tensor argmax(const Tensor& x, int dim, Keep keep) {
  const int along = choice_dim("argmax", x, dim);
  NoGrad off;
  const Tensor rows = transpose(x, along, -1).dense();
  Shape shape = rows.shape();
  shape[-1] = 1;
  Tensor y = Tensor::empty(shape, DType::i64, x.device());
  with_compute_type("argmax", x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(rows).argmax({.rows = detail::row_count(rows),
                                         .columns = rows.dim(-1),
                                         .x = rows.data<T>(),
                                         .y = y.data<int64_t>()});
  });
  y = transpose(y, along, -1).dense();
  return keep == Keep::yes ? y : squeeze(y, along);
}

Tensor max(const Tensor& x, int dim, Keep keep) {
  const int along = choice_dim("max", x, dim);
  const Tensor y = gather(x, along, argmax(x, along, Keep::yes));
  return keep == Keep::yes ? y : squeeze(y, along);
}

Tensor l2_norm(const Tensor& x) {
  detail::check_defined("l2_norm", "its input", x);
  check(is_compute(x.dtype()), "l2_norm: computes in f32 or f64 and was given {}; convert it first",
        name_of(x.dtype()));
  return sqrt(sum(square(x)));
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  detail::check_defined("sum_to", "its input", x);
  const int added = x.rank() - shape.rank();
  check(broadcast("sum_to", x.shape(), shape) == x.shape(),
        "sum_to: {} does not broadcast to {}; give a shape that does", shape, x.shape());
  std::array<bool, Shape::kMaxRank> mask{};
  for (int i = 0; i < x.rank(); ++i) mask[i] = i < added || (shape[i - added] == 1 && x.dim(i) != 1);
  return reshape(reduce_sum("sum_to", x, mask, false, Keep::no), shape);
}

}  // namespace hodhod
