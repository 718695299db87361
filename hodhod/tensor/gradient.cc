// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/gradient.h"

#include <algorithm>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr int64_t kRowGrain = 512;  // rows that are worth a thread

int64_t elements_of_row(const Tensor& rows) { return rows.numel() / std::max<int64_t>(1, rows.dim(0)); }

// to[ids[i]] ← to[ids[i]] + from[i] for dense tensors of rows. On the device `shapes` there is nothing to
// add.
void add_rows_to(const Tensor& to, const Tensor& ids, const Tensor& from) {
  if (from.device() != Device::cpu) return;
  with_compute_type("gradient", from.dtype(), [&](auto t) {
    using T = decltype(t);
    const int64_t size = elements_of_row(from), count = ids.numel();
    const int64_t* row = ids.data<int64_t>();
    for (int64_t i = 0; i < count; ++i) {
      T* target = to.data<T>() + row[i] * size;
      const T* source = from.data<T>() + i * size;
      for (int64_t c = 0; c < size; ++c) target[c] += source[c];
    }
  });
}

// Calls work(row of the table, row i, elements of a row) for row i of `values`, whose place in the table is
// rows[i]. Rows further on are fetched meanwhile: the table is larger than the caches.
template <class Work>
void for_each_row(const Tensor& table, const Tensor& rows, const Tensor& values, const Work& work) {
  constexpr int64_t kAhead = 8;
  with_compute_type("rows", table.dtype(), [&](auto t) {
    using T = decltype(t);
    const int64_t size = elements_of_row(table);
    const int64_t* row = rows.data<int64_t>();
    T *in_table = table.template data<T>(), *in_rows = values.template data<T>();
    parallel_for(rows.numel(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        if (i + kAhead < end) __builtin_prefetch(in_table + row[i + kAhead] * size);
        work(in_table + row[i] * size, in_rows + i * size, size);
      }
    });
  });
}

// The ids that are in either, and where those of each are among them.
struct JoinedRows {
  std::vector<int64_t> ids, first, second;
};
JoinedRows join(const Tensor& a, const Tensor& b) {
  const std::vector<int64_t> ids_a = a.values<int64_t>(), ids_b = b.values<int64_t>();
  JoinedRows joined;
  std::set_union(ids_a.begin(), ids_a.end(), ids_b.begin(), ids_b.end(), std::back_inserter(joined.ids));
  const auto places = [&](const std::vector<int64_t>& ids) {
    std::vector<int64_t> found;
    size_t at = 0;
    for (const int64_t id : ids) {
      while (joined.ids[at] != id) ++at;
      found.push_back(static_cast<int64_t>(at));
    }
    return found;
  };
  joined.first = places(ids_a);
  joined.second = places(ids_b);
  return joined;
}

Tensor ids_of(const std::vector<int64_t>& ids) { return Tensor::from(ids, {std::ssize(ids)}); }

}  // namespace

Tensor Gradient::whole(const Shape& shape) const {
  if (!has_rows()) return values;
  const Tensor all = values.new_zeros(shape);
  add_rows_to(all, rows, values.dense());
  return all;
}

void add_gradient(Gradient& gradient, const Gradient& dx) {
  if (!gradient.defined()) {
    gradient = {dx.values.detach(), dx.rows};
    return;
  }
  if (gradient.has_rows() && dx.has_rows()) {
    const JoinedRows joined = join(gradient.rows, dx.rows);
    Shape size = gradient.values.shape();
    size[0] = std::ssize(joined.ids);
    const Tensor sum = gradient.values.new_zeros(size);
    add_rows_to(sum, ids_of(joined.first), gradient.values.dense());
    add_rows_to(sum, ids_of(joined.second), dx.values.dense());
    gradient = {sum, ids_of(joined.ids)};
    return;
  }
  if (gradient.has_rows()) gradient = {gradient.whole(dx.values.shape())};
  if (!dx.has_rows()) {
    add_gradient(gradient.values, dx.values);
    return;
  }
  if (!gradient.values.is_sole_owner() || !gradient.values.is_contiguous()) {
    gradient.values = gradient.values.clone();
  }
  add_rows_to(gradient.values, dx.rows, dx.values.dense());
}

Tensor rows_taken(const Tensor& tensor, const Tensor& rows) {
  Shape shape = tensor.shape();
  shape[0] = rows.numel();
  const Tensor taken = tensor.new_empty(shape);
  for_each_row(tensor, rows, taken, [](auto* in_table, auto* in_rows, int64_t size) {
    for (int64_t c = 0; c < size; ++c) in_rows[c] = in_table[c];
  });
  return taken;
}

void put_rows(const Tensor& tensor, const Tensor& rows, const Tensor& values) {
  for_each_row(tensor, rows, values, [](auto* in_table, const auto* in_rows, int64_t size) {
    for (int64_t c = 0; c < size; ++c) in_table[c] = in_rows[c];
  });
}

}  // namespace hodhod
