// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/softmax.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/cpu/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using F = RowLanes;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

F broadcast(float x) { return hn::Set(RowTag(), x); }

void softmax_row(const float* x, float* y, int64_t n, bool logarithm) {
  RowAccumulator<Max> maximum(kMinusInfinity);
  const F nothing(kMinusInfinity);
  for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR { maximum.take(j, at.load_or(x + i, nothing)); });
  const F largest = broadcast(maximum.total());
  RowSum sum(0.0);
  if (logarithm) {
    for_row(n, [&](int j, int64_t i, auto at)
                   HWY_ATTR { sum.take(j, at.keep_or(exp(at.load(x + i) - largest), F(0.0))); });
    const F total = log(broadcast(sum.total()));
    for_row(n, [&](int, int64_t i, auto at) HWY_ATTR { at.store(at.load(x + i) - largest - total, y + i); });
    return;
  }
  for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR {
    const F value = exp(at.load(x + i) - largest);
    at.store(value, y + i);
    sum.take(j, at.keep_or(value, F(0.0)));
  });
  const F factor = broadcast(1.0f / sum.total());
  for_row(n, [&](int, int64_t i, auto at) HWY_ATTR { at.store(at.load(y + i) * factor, y + i); });
}

void softmax_backward_row(const float* y, const float* dy, float* dx, int64_t n, bool logarithm) {
  RowSum sum(0.0);
  if (logarithm) {
    for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR { sum.take(j, at.load(dy + i)); });
    const F total = broadcast(sum.total());
    for_row(n, [&](int, int64_t i, auto at)
                   HWY_ATTR { at.store(at.load(dy + i) - exp(at.load(y + i)) * total, dx + i); });
    return;
  }
  for_row(n,
          [&](int j, int64_t i, auto at) HWY_ATTR { sum.take_product(j, at.load(dy + i), at.load(y + i)); });
  const F total = broadcast(sum.total());
  for_row(n, [&](int, int64_t i, auto at)
                 HWY_ATTR { at.store(at.load(y + i) * (at.load(dy + i) - total), dx + i); });
}

void softmax_rows(const SoftmaxArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const int64_t n = args.lengths ? args.lengths[r / args.rows_per_length] : args.columns;
    float* y = args.y + r * args.columns;
    softmax_row(args.x + r * args.columns, y, n, args.log);
    std::fill(y + n, y + args.columns, args.log ? kMinusInfinity : 0.0f);
  }
}

void softmax_backward_rows(const SoftmaxBackwardArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const int64_t n = args.lengths ? args.lengths[r / args.rows_per_length] : args.columns;
    const int64_t at = r * args.columns;
    softmax_backward_row(args.y + at, args.dy + at, args.dx + at, n, args.log);
    std::fill(args.dx + at + n, args.dx + at + args.columns, 0.0f);
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(softmax_rows);
HWY_EXPORT(softmax_backward_rows);

void softmax(const SoftmaxArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(softmax_rows)(args, begin, end);
  });
}

void softmax_backward(const SoftmaxBackwardArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(softmax_backward_rows)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
