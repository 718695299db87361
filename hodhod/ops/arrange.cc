// SPDX-License-Identifier: Apache-2.0
// The ops of shape.h that copy.
#include <algorithm>

#include "hodhod/ops/common.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

Tensor part_of(const Tensor& x, int dim, int64_t begin, int64_t size) {
  Shape shape = x.shape();
  shape[dim] = size;
  return x.with_layout(shape, x.strides(), shape.numel() == 0 ? 0 : begin * x.stride(dim));
}

int dim_of(const char* op, int rank, int dim) {
  const int at = dim < 0 ? dim + rank : dim;
  check(at >= 0 && at < rank, "{}: dimension {} of {}; give one from {} to {}", op, dim, rank, -rank,
        rank - 1);
  return at;
}

}  // namespace

Tensor contiguous(const Tensor& x) {
  detail::check_defined("contiguous", "its input", x);
  if (x.is_contiguous()) return x;
  return record("contiguous", x.dense(), {x}, [](const Tensor& dy, Gradients& d) { d.add(0, dy); });
}

Tensor concat(std::span<const Tensor> parts, int along) {
  check(!parts.empty(), "concat: {} tensors; give at least one", parts.size());
  detail::check_defined("concat", "the first part", parts[0]);
  const int dim = dim_of("concat", parts[0].rank(), along);
  Shape shape = parts[0].shape();
  shape[dim] = 0;
  for (const Tensor& part : parts) {
    detail::check_defined("concat", "a part", part);
    detail::check_alike("concat", parts[0], part);
    Shape same = part.shape();
    if (same.rank() == shape.rank()) same[dim] = shape[dim];
    check(same == shape, "concat: {} and {} along dimension {}; the other extents must be equal",
          parts[0].shape(), part.shape(), dim);
    shape[dim] += part.dim(dim);
  }
  Tensor y = parts[0].new_empty(shape);
  PoolVector<int64_t> sizes;
  int64_t begin = 0;
  for (const Tensor& part : parts) {
    copy(part, part_of(y, dim, begin, part.dim(dim)));
    sizes.push_back(part.dim(dim));
    begin += part.dim(dim);
  }
  const PoolVector<Edge> edges(parts.begin(), parts.end());
  return record("concat", y, std::span<const Edge>(edges),
                [dim, sizes = std::move(sizes)](const Tensor& dy, Gradients& d) {
                  int64_t at = 0;
                  for (size_t i = 0; i < sizes.size(); at += sizes[i++]) {
                    if (d.wants(static_cast<int>(i)))
                      d.add(static_cast<int>(i), part_of(dy, dim, at, sizes[i]));
                  }
                });
}

Tensor stack(std::span<const Tensor> parts, int before) {
  check(!parts.empty(), "stack: {} tensors; give at least one", parts.size());
  PoolVector<Tensor> raised;
  for (const Tensor& part : parts) {
    detail::check_defined("stack", "a part", part);
    detail::check_alike("stack", parts[0], part);
    check(part.shape() == parts[0].shape(), "stack: {} and {} differ in shape; give equal ones",
          parts[0].shape(), part.shape());
    raised.push_back(unsqueeze(part, before));
  }
  return concat(raised, before < 0 ? before + parts[0].rank() + 1 : before);
}

Tensor pad(const Tensor& x, int along, int64_t before, int64_t after, double value) {
  detail::check_defined("pad", "its input", x);
  const int dim = dim_of("pad", x.rank(), along);
  check(before >= 0 && after >= 0, "pad: {} elements before and {} after dimension {}; give none or more",
        before, after, dim);
  Shape shape = x.shape();
  shape[dim] += before + after;
  Tensor y = x.new_empty(shape);
  fill(part_of(y, dim, 0, before), value);
  copy(x, part_of(y, dim, before, x.dim(dim)));
  fill(part_of(y, dim, before + x.dim(dim), after), value);
  return record("pad", y, {x}, [dim, before, size = x.dim(dim)](const Tensor& dy, Gradients& d) {
    d.add(0, part_of(dy, dim, before, size));
  });
}

namespace {

Tensor swapped_with_first(const Tensor& x, int dim) {
  Shape shape = x.shape(), steps = x.strides();
  std::swap(shape[0], shape[dim]);
  std::swap(steps[0], steps[dim]);
  return x.with_layout(shape, steps);
}

void check_inside(const char* op, const Tensor& ids, int dim, const Shape& shape) {
  const int64_t bad = detail::first_outside(ids, shape[dim]);
  check(bad < 0, "{}: index {} at place {} is outside dimension {} of {}; give indices from 0 to {}", op,
        bad < 0 ? 0 : ids.data<int64_t>()[bad], bad, dim, shape, shape[dim] - 1);
}

}  // namespace

Tensor index_select(const Tensor& x, int along, const Tensor& ids) {
  detail::check_defined("index_select", "its input", x);
  const int dim = dim_of("index_select", x.rank(), along);
  const Tensor index = detail::as_indices("index_select", ids, x);
  check(index.rank() == 1, "index_select: indices of shape {} for dimension {}; give them as [n]",
        index.shape(), dim);
  check_inside("index_select", index, dim, x.shape());
  const Tensor rows = swapped_with_first(x, dim).dense();
  Shape shape = rows.shape();
  shape[0] = index.numel();
  const Tensor y = x.new_empty(shape);
  const int64_t width = rows.dim(0) == 0 ? 0 : rows.numel() / rows.dim(0);
  kernels::moving_kernels_of(x.device())
      .take_rows({.count = index.numel(),
                  .bytes = width * size_of(x.dtype()),
                  .ids = index.data<int64_t>(),
                  .from = rows.raw(),
                  .to = y.raw()});
  return record("index_select", swapped_with_first(y, dim), {x},
                [=, first = rows.shape()](const Tensor& dy, Gradients& d) {
                  const Tensor dy_rows = swapped_with_first(dy, dim).dense();
                  const Tensor dx = dy.new_empty(first);
                  with_compute_type("index_select", dy.dtype(), [&](auto t) {
                    using T = decltype(t);
                    detail::kernels_for<T>(dy).embedding_backward({.count = index.numel(),
                                                                   .columns = width,
                                                                   .table_rows = first[0],
                                                                   .ids = index.data<int64_t>(),
                                                                   .dy = dy_rows.data<T>(),
                                                                   .dtable = dx.data<T>()});
                  });
                  d.add(0, swapped_with_first(dx, dim));
                });
}

namespace {

// The offsets of the elements that ids select in a tensor with these steps, without what the index adds along
// `dim`.
kernels::Nest<1> nest_of_picked(const Tensor& ids, int dim, const Shape& steps) {
  kernels::Nest<1> nest;
  nest.rank = ids.rank();
  for (int i = 0; i < nest.rank; ++i) {
    nest.shape[i] = ids.dim(i);
    nest.strides[0][i] = i == dim ? 0 : steps[i];
  }
  return nest;
}

}  // namespace

Tensor gather(const Tensor& x, int along, const Tensor& ids) {
  detail::check_defined("gather", "its input", x);
  const int dim = dim_of("gather", x.rank(), along);
  const Tensor index = detail::as_indices("gather", ids, x);
  bool fits = index.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = i == dim || index.dim(i) <= x.dim(i);
  check(fits, "gather: indices {} along dimension {} of {}; their other extents must not be greater",
        index.shape(), dim, x.shape());
  check_inside("gather", index, dim, x.shape());
  const Tensor y = x.new_empty(index.shape());
  kernels::moving_kernels_of(x.device())
      .gather({.size = size_of(x.dtype()),
               .nest = nest_of_picked(index, dim, x.strides()),
               .step = x.stride(dim),
               .ids = index.data<int64_t>(),
               .from = x.raw(),
               .to = y.raw()});
  return record("gather", y, {x}, [=, shape = x.shape()](const Tensor& dense_or_not, Gradients& d) {
    const Tensor dy = dense_or_not.dense(), dx = dy.new_zeros(shape);
    with_compute_type("gather", dy.dtype(), [&](auto t) {
      using T = decltype(t);
      detail::kernels_for<T>(dy).scatter_add({.nest = nest_of_picked(index, dim, dx.strides()),
                                              .step = dx.stride(dim),
                                              .ids = index.data<int64_t>(),
                                              .dy = dy.data<T>(),
                                              .x = dx.data<T>()});
    });
    d.add(0, dx);
  });
}

}  // namespace hodhod
