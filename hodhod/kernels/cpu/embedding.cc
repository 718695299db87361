// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/embedding.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/embedding.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

// y[i] = factor x[i]
void scaled_copy(const float* x, float* y, int64_t n, float factor) {
  const D d;
  const int64_t lanes = hn::Lanes(d);
  const F scale = hn::Set(d, factor);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) (F::load(x + i) * scale).store(y + i);
  if (i < n) store_first((F(load_first(d, x + i, n - i)) * scale).v, d, y + i, n - i);
}

// y[i] += factor x[i]
void scaled_add(const float* x, float* y, int64_t n, float factor) {
  const D d;
  const int64_t lanes = hn::Lanes(d);
  const F scale = hn::Set(d, factor);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) fma(F::load(x + i), scale, F::load(y + i)).store(y + i);
  if (i < n) {
    store_first(fma(F(load_first(d, x + i, n - i)), scale, F(load_first(d, y + i, n - i))).v, d, y + i,
                n - i);
  }
}

void embedding_rows(const EmbeddingArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    scaled_copy(args.table + args.ids[i] * args.columns, args.y + i * args.columns, args.columns,
                args.factor);
  }
}

void embedding_backward_columns(const EmbeddingBackwardArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t i = 0; i < args.count; ++i) {
    if (args.ids[i] == args.skip) continue;
    scaled_add(args.dy + i * args.columns + begin, args.dtable + args.ids[i] * args.columns + begin,
               end - begin, args.factor);
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(embedding_rows);
HWY_EXPORT(embedding_backward_columns);

void embedding(const EmbeddingArgs<float>& args) {
  parallel_for(args.count, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(embedding_rows)(args, begin, end);
  });
}

// Threads take slices of columns, in whole cache lines, since any id may add to any row of the table.
void embedding_backward(const EmbeddingBackwardArgs<float>& args) {
  constexpr int64_t kSlice = 16;
  const int64_t columns = args.columns;
  if (!args.accumulate) {
    parallel_for(args.table_rows * columns, 4 * kGrain, [&](int64_t begin, int64_t end) {
      std::fill(args.dtable + begin, args.dtable + end, 0.0f);
    });
  }
  const int64_t grain = std::max<int64_t>(4, row_grain(args.count * kSlice));
  parallel_for((columns + kSlice - 1) / kSlice, grain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(embedding_backward_columns)(args, begin * kSlice, std::min(end * kSlice, columns));
  });
}

}  // namespace hodhod::kernels::cpu
#endif
