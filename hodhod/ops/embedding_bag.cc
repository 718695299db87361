// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/embedding_bag.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "hodhod/ops/common.h"
#include "hodhod/tensor/gradient.h"

namespace hodhod {
namespace {

// The places of the bags' ids, b · T + t, ordered by id; places of one id stay in order. `rows` are the
// distinct ids; those of row u are order[starts[u]], …, order[starts[u + 1] − 1].
struct PlacesById {
  Tensor rows, starts, order;
};

// Sorts `count` places by the ids there, which are below `limit`: by their digits, the last one first.
void sort_by_id(const int64_t* ids, int64_t limit, int64_t* places, int64_t* spare, int64_t count) {
  constexpr int kBits = 11;
  constexpr int64_t kDigits = int64_t{1} << kBits;
  std::array<int64_t, kDigits> ends;
  const auto bits = static_cast<int>(std::bit_width(static_cast<uint64_t>(limit)));
  int64_t *from = places, *to = spare;
  for (int shift = 0; shift < bits; shift += kBits) {
    const auto digit = [&](int64_t i) {
      return static_cast<size_t>((ids[from[i]] >> shift) & (kDigits - 1));
    };
    ends.fill(0);
    for (int64_t i = 0; i < count; ++i) ++ends[digit(i)];
    int64_t sum = 0;
    for (int64_t& end : ends) end = std::exchange(sum, sum + end);
    for (int64_t i = 0; i < count; ++i) to[ends[digit(i)]++] = from[i];
    std::swap(from, to);
  }
  if (from != places) std::copy_n(from, count, places);
}

PlacesById places_by_id(const Tensor& ids, const Tensor& lengths, int64_t limit) {
  const int64_t bags = ids.dim(0), width = ids.dim(1);
  const Tensor order = Tensor::empty({ids.numel()}, DType::i64, Device::cpu);
  const auto* id = ids.data<int64_t>();
  auto* place = order.data<int64_t>();
  int64_t count = 0;
  for (int64_t b = 0; b < bags; ++b) {
    const int64_t length = lengths.defined() ? lengths.data<int64_t>()[b] : width;
    for (int64_t t = 0; t < length; ++t) place[count++] = b * width + t;
  }
  const Tensor spare = Tensor::empty({count}, DType::i64, Device::cpu);
  sort_by_id(id, limit, place, spare.data<int64_t>(), count);
  int64_t distinct = 0;
  for (int64_t i = 0; i < count; ++i) distinct += i == 0 || id[place[i]] != id[place[i - 1]] ? 1 : 0;
  const Tensor rows = Tensor::empty({distinct}, DType::i64, Device::cpu);
  const Tensor starts = Tensor::empty({distinct + 1}, DType::i64, Device::cpu);
  int64_t u = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0 && id[place[i]] == id[place[i - 1]]) continue;
    rows.data<int64_t>()[u] = id[place[i]];
    starts.data<int64_t>()[u++] = i;
  }
  starts.data<int64_t>()[u] = count;
  return {rows, starts, order};
}

template <class T>
const T* data_or_none(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

void check_bags(const Bags& bags, const Tensor& ids, const Tensor& table) {
  check(table.rank() == 2, "embedding_bag: a table of shape {}; give [V, C]", table.shape());
  check(ids.rank() == 2, "embedding_bag: ids of shape {}; give [B, T]", ids.shape());
  check(!bags.weights.defined() ||
            (bags.weights.shape() == ids.shape() && bags.weights.dtype() == table.dtype()),
        "embedding_bag: weights {} {} for ids {} and a table of {}; give a weight of the table's type for "
        "each id",
        name_of(bags.weights.dtype()), bags.weights.shape(), ids.shape(), name_of(table.dtype()));
  if (!bags.lengths.defined() || bags.lengths.device() != Device::cpu) return;
  check(bags.lengths.shape() == Shape{ids.dim(0)} && bags.lengths.dtype() == DType::i64,
        "embedding_bag: lengths {} {} for {} bags; give a whole number (i64) for each",
        name_of(bags.lengths.dtype()), bags.lengths.shape(), ids.dim(0));
  for (const int64_t length : bags.lengths.values<int64_t>()) {
    check(length >= 0 && length <= ids.dim(1), "embedding_bag: a length of {} for {} ids; give 0 to {}",
          length, ids.dim(1), ids.dim(1));
  }
}

}  // namespace

Tensor embedding_bag(const Bags& bags, const Tensor& table) {
  detail::check_defined("embedding_bag", "the table", table);
  const Tensor ids = detail::as_indices("embedding_bag", bags.ids, table);
  check_bags(bags, ids, table);
  const int64_t bad = detail::first_outside(ids, table.dim(0));
  check(bad < 0, "embedding_bag: id {} at place {} is outside a table of {} rows; give ids from 0 to {}",
        bad < 0 ? 0 : ids.data<int64_t>()[bad], bad, table.dim(0), table.dim(0) - 1);
  const Tensor dense = table.dense();
  const Tensor weights = bags.weights.defined() ? bags.weights.dense() : Tensor();
  const Tensor lengths = bags.lengths.defined() ? bags.lengths.dense() : Tensor();
  const int64_t count = ids.dim(0), places = ids.dim(1), columns = table.dim(1);
  const Tensor y = table.new_empty({count, columns});
  with_compute_type("embedding_bag", table.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>("embedding_bag", table, weights)
        .embedding_bag({.bags = count,
                        .places = places,
                        .columns = columns,
                        .ids = ids.data<int64_t>(),
                        .lengths = data_or_none<int64_t>(lengths),
                        .weights = data_or_none<T>(weights),
                        .table = dense.data<T>(),
                        .y = y.data<T>()});
  });
  return record("embedding_bag", y, {table, bags.weights}, [=](const Tensor& dy, Gradients& d) {
    const Tensor from = dy.dense();
    with_compute_type("embedding_bag", dy.dtype(), [&](auto t) {
      using T = decltype(t);
      if (d.wants(0) && ids.device() != Device::cpu) {
        d.add(0, dense.new_empty(dense.shape()));  // on `shapes` there are no ids to know the rows by
      } else if (d.wants(0)) {
        const PlacesById places_of = places_by_id(ids, lengths, dense.dim(0));
        const int64_t rows = places_of.rows.numel();
        const Tensor drows = dense.new_empty({rows, columns});
        detail::kernels_for<T>(dy).embedding_bag_rows({.rows = rows,
                                                       .places = places,
                                                       .columns = columns,
                                                       .starts = places_of.starts.data<int64_t>(),
                                                       .order = places_of.order.data<int64_t>(),
                                                       .weights = data_or_none<T>(weights),
                                                       .dy = from.data<T>(),
                                                       .drows = drows.data<T>()});
        d.add(0, Gradient{drows, places_of.rows});
      }
      if (!weights.defined() || !d.wants(1)) return;
      const Tensor dweights = dense.new_empty({count, places});
      detail::kernels_for<T>(dy).embedding_bag_weights({.bags = count,
                                                        .places = places,
                                                        .columns = columns,
                                                        .ids = ids.data<int64_t>(),
                                                        .lengths = data_or_none<int64_t>(lengths),
                                                        .table = dense.data<T>(),
                                                        .dy = from.data<T>(),
                                                        .dweights = dweights.data<T>()});
      d.add(1, dweights);
    });
  });
}

}  // namespace hodhod
