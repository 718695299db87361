// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/row_sums.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/row_sums.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/chosen_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

void sum_rows(const RowSumsArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const int32_t* rows = args.rows + args.begin[i];
    const int64_t count = args.begin[i + 1] - args.begin[i];
    // Those of the next sum are fetched while this one is computed.
    if (i + 1 < end) {
      for (int32_t j = args.begin[i + 1]; j < args.begin[i + 2]; ++j)
        prefetch_row(args.table + args.rows[j] * args.columns, args.columns);
    }
    weighted_sum(
        args.columns, count, [&](int64_t j) { return args.table + rows[j] * args.columns; },
        [](int64_t) { return 1.0f; }, args.scale != nullptr ? args.scale[i] : 1.0f,
        args.y + i * args.columns);
  }
}

void add_rows(const RowAddsArgs<float>& args, int64_t begin, int64_t end) {
  constexpr int32_t kAhead = 8;
  const int32_t last = args.begin[end];
  const RowTag d;
  for (int32_t i = args.begin[begin]; i < last; ++i) {
    if (i + kAhead < last) prefetch_row(args.table + args.adds[i + kAhead].to * args.columns, args.columns);
    const RowAdd& add = args.adds[i];
    const RowLanes factor =
        hn::Set(d, args.factor != nullptr ? add.scale * args.factor[add.with] : add.scale);
    const float* from = args.from + add.from * args.columns;
    float* to = args.table + add.to * args.columns;
    for_row(args.columns, [&](int, int64_t c, auto at) HWY_ATTR {
      at.store(fma(factor, at.load(from + c), at.load(to + c)), to + c);
    });
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(sum_rows);
HWY_EXPORT(add_rows);

void row_sums(const RowSumsArgs<float>& args) {
  parallel_for(args.count, 16, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(sum_rows)(args, begin, end);
  });
}

void row_adds(const RowAddsArgs<float>& args) {
  parallel_for(args.groups, 1, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(add_rows)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
