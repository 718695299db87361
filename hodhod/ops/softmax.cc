// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/softmax.h"

#include "hodhod/ops/common.h"
#include "hodhod/ops/shape.h"

namespace hodhod {

namespace {

// The lengths, checked against x; undefined stays undefined.
const HostArray& checked_lengths(const char* op, const Tensor& x, const SoftmaxOptions& options) {
  if (!options.lengths.defined()) return options.lengths;
  const HostArray& lengths = options.lengths;
  const Shape& shape = lengths.shape();
  bool leads = shape.rank() < x.rank();
  for (int i = 0; leads && i < shape.rank(); ++i) leads = shape[i] == x.dim(i);
  check(leads, "{}: lengths {} for an input {}; give one for each of its first dimensions", op, shape,
        x.shape());
  const int64_t bad = kernels::first_outside(lengths.data(), lengths.size(), x.dim(-1) + 1);
  check(bad < 0, "{}: length {} of row {} is outside the {} elements of a row; give lengths from 0 to that",
        op, bad < 0 ? 0 : lengths[bad], bad, x.dim(-1));
  return lengths;
}

Tensor softmax_rows(const char* op, const Tensor& x, const HostArray& lengths, bool log) {
  const Tensor dense = x.dense();
  const Tensor y = x.new_empty(x.shape());
  const int64_t rows = detail::row_count(x);
  const int64_t group = lengths.size() > 0 ? rows / lengths.size() : 1;
  with_compute_type(op, x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(x).softmax({.rows = rows,
                                       .columns = x.dim(-1),
                                       .log = log,
                                       .x = dense.data<T>(),
                                       .y = y.data<T>(),
                                       .lengths = lengths.data(),
                                       .rows_per_length = group});
  });
  return record(op, y, {x}, [=](const Tensor& dy, Gradients& d) {
    const detail::Reused gradient = detail::reuse(dy);
    with_compute_type(op, dy.dtype(), [&](auto t) {
      using T = decltype(t);
      detail::kernels_for<T>(dy).softmax_backward({.rows = rows,
                                                   .columns = y.dim(-1),
                                                   .log = log,
                                                   .y = y.data<T>(),
                                                   .dy = gradient.from.data<T>(),
                                                   .dx = gradient.to.data<T>(),
                                                   .lengths = lengths.data(),
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
  return transpose(softmax_rows(op, transpose(x, dim, -1), HostArray(), log), dim, -1);
}

}  // namespace

Tensor softmax(const Tensor& x, const SoftmaxOptions& options) {
  return softmax_along("softmax", x, options, false);
}

Tensor log_softmax(const Tensor& x, const SoftmaxOptions& options) {
  return softmax_along("log_softmax", x, options, true);
}

}  // namespace hodhod
