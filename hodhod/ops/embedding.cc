// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/embedding.h"

#include "hodhod/ops/common.h"

namespace hodhod {

Tensor embedding(const Tensor& ids, const Weight& weight, const EmbeddingOptions& options) {
  const Tensor& table = weight.tensor();
  detail::check_defined("embedding", "the table", table);
  const Tensor index = detail::as_indices("embedding", ids, table);
  check(table.rank() == 2, "embedding: a table of shape {}; give [V, C]", table.shape());
  const int64_t bad = detail::first_outside(index, table.dim(0));
  check(bad < 0, "embedding: id {} at place {} is outside a table of {} rows; give ids from 0 to {}",
        bad < 0 ? 0 : index.data<int64_t>()[bad], bad, table.dim(0), table.dim(0) - 1);
  const Tensor dense = table.dense();
  Shape shape = ids.shape();
  shape.push_back(table.dim(1));
  const Tensor y = table.new_empty(shape);
  with_compute_type("embedding", table.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(table).embedding({.count = index.numel(),
                                             .columns = table.dim(1),
                                             .ids = index.data<int64_t>(),
                                             .table = dense.data<T>(),
                                             .y = y.data<T>(),
                                             .factor = static_cast<T>(options.factor)});
  });
  return record("embedding", y, {table},
                [=, rows = table.dim(0), columns = table.dim(1)](const Tensor& dy, Gradients& d) {
                  const Tensor from = dy.dense();
                  const auto [dtable, holds_something] = d.buffer(0);
                  with_compute_type("embedding", dy.dtype(), [&, to = dtable, add = holds_something](auto t) {
                    using T = decltype(t);
                    detail::kernels_for<T>(dy).embedding_backward({.count = index.numel(),
                                                                   .columns = columns,
                                                                   .table_rows = rows,
                                                                   .ids = index.data<int64_t>(),
                                                                   .dy = from.data<T>(),
                                                                   .dtable = to.template data<T>(),
                                                                   .factor = static_cast<T>(options.factor),
                                                                   .skip = options.padding,
                                                                   .accumulate = add});
                  });
                });
}

}  // namespace hodhod
