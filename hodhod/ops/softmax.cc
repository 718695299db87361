// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/softmax.h"

#include "hodhod/ops/common.h"
#include "hodhod/ops/shape.h"

namespace hodhod {

using kernels::cpu_kernels;

namespace {

// Lengths as dense i64, checked against x; undefined stays undefined.
Tensor checked_lengths(const char* op, const Tensor& x, const SoftmaxOptions& options) {
  if (!options.lengths.defined()) return {};
  Tensor lengths = detail::as_indices(op, options.lengths);
  bool leads = lengths.rank() < x.rank();
  for (int i = 0; leads && i < lengths.rank(); ++i) leads = lengths.dim(i) == x.dim(i);
  check(leads, "{}: lengths {} for an input {}; give one for each of its first dimensions", op,
        lengths.shape(), x.shape());
  const int64_t* length = lengths.data<int64_t>();
  const int64_t bad = kernels::first_outside(length, lengths.numel(), x.dim(-1) + 1);
  check(bad < 0, "{}: length {} of row {} is outside the {} elements of a row; give lengths from 0 to that",
        op, bad < 0 ? 0 : length[bad], bad, x.dim(-1));
  return lengths;
}

Tensor softmax_rows(const char* op, const Tensor& x, const Tensor& lengths, bool log) {
  const Tensor dense = x.dense();
  const Tensor y = Tensor::empty(x.shape(), x.dtype());
  const int64_t rows = detail::row_count(x);
  const int64_t group = lengths.defined() && lengths.numel() > 0 ? rows / lengths.numel() : 1;
  with_compute_type(op, x.dtype(), [&](auto t) {
    using T = decltype(t);
    cpu_kernels<T>().softmax({.rows = rows,
                              .columns = x.dim(-1),
                              .log = log,
                              .x = dense.data<T>(),
                              .y = y.data<T>(),
                              .lengths = lengths.defined() ? lengths.data<int64_t>() : nullptr,
                              .rows_per_length = group});
  });
  return record(op, y, {x}, [=](const Tensor& dy, Gradients& d) {
    const detail::Reused gradient = detail::reuse(dy);
    with_compute_type(op, dy.dtype(), [&](auto t) {
      using T = decltype(t);
      cpu_kernels<T>().softmax_backward({.rows = rows,
                                         .columns = y.dim(-1),
                                         .log = log,
                                         .y = y.data<T>(),
                                         .dy = gradient.from.data<T>(),
                                         .dx = gradient.to.data<T>(),
                                         .lengths = lengths.defined() ? lengths.data<int64_t>() : nullptr,
                                         .rows_per_length = group});
    });
    d.add(0, gradient.to);
  });
}

Tensor softmax_along(const char* op, const Tensor& x, const SoftmaxOptions& options, bool log) {
  detail::check_defined(op, "its input", x);
  check(options.dim >= -x.rank() && options.dim < x.rank(),
        "{}: dimension {} of a tensor of shape {}; give one from {} to {}", op, options.dim, x.shape(),
        -x.rank(), x.rank() - 1);
  const int dim = x.shape().index(options.dim);
  if (dim == x.rank() - 1) return softmax_rows(op, x, checked_lengths(op, x, options), log);
  check(!options.lengths.defined(), "{}: lengths with dimension {} of {}; they go with the last one only", op,
        dim, x.shape());
  return transpose(softmax_rows(op, transpose(x, dim, -1), Tensor(), log), dim, -1);
}

}  // namespace

Tensor softmax(const Tensor& x, const SoftmaxOptions& options) {
  return softmax_along("softmax", x, options, false);
}

Tensor log_softmax(const Tensor& x, const SoftmaxOptions& options) {
  return softmax_along("log_softmax", x, options, true);
}

}  // namespace hodhod
