// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/embedding.h"

#include <algorithm>
#include <vector>

#include "hodhod/ops/common.h"
#include "hodhod/tensor/gradient.h"

namespace hodhod {
namespace {

// dtable[ids[i]] += factor · dy[i]; not where ids[i] is `skip`. Without `accumulate` dtable is set.
void add_gradient_rows(const Tensor& dy, const Tensor& ids, const Tensor& dtable, bool accumulate,
                       double factor, int64_t skip) {
  with_compute_type("embedding", dy.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(dy).embedding_backward({.count = ids.numel(),
                                                   .columns = dtable.dim(1),
                                                   .table_rows = dtable.dim(0),
                                                   .ids = ids.data<int64_t>(),
                                                   .dy = dy.data<T>(),
                                                   .dtable = dtable.data<T>(),
                                                   .factor = static_cast<T>(factor),
                                                   .skip = skip,
                                                   .accumulate = accumulate});
  });
}

// The rows of a table's gradient that are not zero.
Gradient gradient_rows(const Tensor& dy, const Tensor& ids, const EmbeddingOptions& options) {
  const auto all = ids.values<int64_t>();
  std::vector<int64_t> distinct = all;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::erase(distinct, options.padding);
  Tensor places = Tensor::empty(ids.shape(), DType::i64);
  constexpr int64_t kSkipped = -1;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), all[i]);
    const bool here = found != distinct.end() && *found == all[i];
    places.data<int64_t>()[i] = here ? found - distinct.begin() : kSkipped;
  }
  const Tensor values = Tensor::empty({std::ssize(distinct), dy.dim(-1)}, dy.dtype());
  add_gradient_rows(dy, places, values, false, options.factor, kSkipped);
  return {values, Tensor::from(distinct, {std::ssize(distinct)})};
}

}  // namespace

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
  return record("embedding", y, {table}, [=](const Tensor& dy, Gradients& d) {
    const Tensor from = dy.dense();
    if (options.row_gradient && index.device() == Device::cpu) {
      d.add(0, gradient_rows(from, index, options));
      return;
    }
    const auto [dtable, holds_something] = d.buffer(0);
    add_gradient_rows(from, index, dtable, holds_something, options.factor, options.padding);
  });
}

}  // namespace hodhod
