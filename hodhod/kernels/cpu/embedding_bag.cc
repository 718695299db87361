// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/embedding_bag.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/embedding_bag.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

// Rows that are wanted this many terms ahead are fetched meanwhile: a table is larger than the caches, and
// its rows are read in no order.
constexpr int64_t kAhead = 8;

// sum[c] = Σ weight(i) · row(i)[c] over i in [begin, end), for n columns.
template <class Row, class Weight>
void weighted_sum(int64_t begin, int64_t end, int64_t n, const Row& row, const Weight& weight, float* sum) {
  const D d;
  const int64_t lanes = hn::Lanes(d);
  for (int64_t c = 0; c < n; c += lanes) {
    F total = hn::Zero(d);
    const int64_t left = n - c;
    for (int64_t i = begin; i < end; ++i) {
      if (c == 0 && i + kAhead < end) __builtin_prefetch(row(i + kAhead));
      const F x = left >= lanes ? F::load(row(i) + c) : F(load_first(d, row(i) + c, left));
      total = fma(x, F(hn::Set(d, weight(i))), total);
    }
    if (left >= lanes) {
      total.store(sum + c);
    } else {
      store_first(total.v, d, sum + c, left);
    }
  }
}

float dot_columns(const float* a, const float* b, int64_t n) {
  float sum = 0;
  for (int64_t c = 0; c < n; ++c) sum += a[c] * b[c];
  return sum;
}

void bags(const EmbeddingBagArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t b = begin; b < end; ++b) {
    const int64_t* ids = args.ids + b * args.places;
    const float* weights = args.weights ? args.weights + b * args.places : nullptr;
    weighted_sum(
        0, args.lengths ? args.lengths[b] : args.places, args.columns,
        [&](int64_t t) { return args.table + ids[t] * args.columns; },
        [&](int64_t t) { return weights ? weights[t] : 1.0f; }, args.y + b * args.columns);
  }
}

void bag_weights(const EmbeddingBagWeightsArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t b = begin; b < end; ++b) {
    const int64_t length = args.lengths ? args.lengths[b] : args.places;
    float* dweights = args.dweights + b * args.places;
    for (int64_t t = 0; t < length; ++t) {
      dweights[t] = dot_columns(args.dy + b * args.columns,
                                args.table + args.ids[b * args.places + t] * args.columns, args.columns);
    }
    std::fill(dweights + length, dweights + args.places, 0.0f);
  }
}

void bag_rows(const EmbeddingBagRowsArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t u = begin; u < end; ++u) {
    weighted_sum(
        args.starts[u], args.starts[u + 1], args.columns,
        [&](int64_t i) { return args.dy + args.order[i] / args.places * args.columns; },
        [&](int64_t i) { return args.weights ? args.weights[args.order[i]] : 1.0f; },
        args.drows + u * args.columns);
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(bags);
HWY_EXPORT(bag_weights);
HWY_EXPORT(bag_rows);

void embedding_bag(const EmbeddingBagArgs<float>& args) {
  parallel_for(args.bags, row_grain(args.columns * args.places), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(bags)(args, begin, end);
  });
}

void embedding_bag_weights(const EmbeddingBagWeightsArgs<float>& args) {
  parallel_for(args.bags, row_grain(args.columns * args.places), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(bag_weights)(args, begin, end);
  });
}

void embedding_bag_rows(const EmbeddingBagRowsArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(bag_rows)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
