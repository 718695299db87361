// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/negative_sampling.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/negative_sampling.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/chosen_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

float dot_product(const float* a, const float* b, int64_t n) {
  RowSum sum(0);
  for_row(n,
          [&](int j, int64_t i, auto at) HWY_ATTR { sum.take_product(j, at.load(a + i), at.load(b + i)); });
  return sum.total();
}

// Scores → coefficients, in place.
void coefficients_of(float* scores, const float* times, int64_t n, float rate) {
  const RowLanes scale = hn::Set(RowTag(), rate), zero(0.0), one(1.0);
  for_row(n, [&](int, int64_t i, auto at) HWY_ATTR {
    const RowLanes count = at.load(times + i);
    const RowLanes belongs = select(zero < count, one, zero);
    const RowLanes miss = belongs - Sigmoid::value(at.load(scores + i));
    at.store(scale * abs(count) * miss, scores + i);
  });
}

void negative_sampling_examples(const NegativeSamplingArgs<float>& args, int64_t begin, int64_t end) {
  const int64_t n = args.columns;
  const auto row = [&](int32_t t) { return args.table + args.rows[t] * n; };
  for (int64_t e = begin; e < end; ++e) {
    const int32_t first = args.begin[e], last = args.begin[e + 1];
    if (e + 1 < end) {
      for (int32_t t = last; t < args.begin[e + 2]; ++t) prefetch_row(row(t), n);
    }
    const float* h = args.hidden + args.hidden_row[e] * n;
    for (int32_t t = first; t < last; ++t) args.coefficient[t] = dot_product(h, row(t), n);
    coefficients_of(args.coefficient + first, args.times + first, last - first, args.rate);
    weighted_sum(
        n, last - first, [&](int64_t j) { return row(first + static_cast<int32_t>(j)); },
        [&](int64_t j) { return args.coefficient[first + j]; }, 1.0f, args.step + e * n);
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(negative_sampling_examples);

void negative_sampling(const NegativeSamplingArgs<float>& args) {
  parallel_for(args.examples, 16, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(negative_sampling_examples)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
