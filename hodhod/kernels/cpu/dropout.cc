// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/dropout.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/dropout.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/cpu/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::CappedTag<float, 16>;
using F = Lanes<D>;
constexpr int64_t kLanes = hn::MaxLanes(D());

// factors[e] = scale for the elements of the group that are kept, and 0 for the others.
void group_factors(uint64_t seed, uint64_t stream, int64_t group, uint32_t threshold, float scale,
                   float* factors) {
  const hn::RebindToUnsigned<D> du;
  const F kept = hn::Set(D(), scale);
  const auto least = hn::Set(du, threshold);
  const auto factor = [&](auto words) HWY_ATTR {
    return hn::IfThenZeroElse(hn::RebindMask(D(), hn::Lt(words, least)), kept.v);
  };
  for (int64_t lane = 0; lane < 16; lane += kLanes) {
    const auto words = philox(du, seed, stream, static_cast<uint64_t>(group * 16 + lane));
    F(factor(words.w0)).store(factors + lane);
    F(factor(words.w1)).store(factors + 16 + lane);
    F(factor(words.w2)).store(factors + 32 + lane);
    F(factor(words.w3)).store(factors + 48 + lane);
  }
}

// y = (x + bias) · factors + residual
void apply(const float* x, const float* bias, const float* residual, const float* factors, float* y,
           int64_t n) {
  const D d;
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    const bool whole = left >= kLanes;
    const auto load = [&](const float* p)
                          HWY_ATTR { return whole ? F::load(p + i) : F(load_first(d, p + i, left)); };
    F value = load(x);
    if (bias) value = value + load(bias);
    value = residual ? fma(value, load(factors), load(residual)) : value * load(factors);
    if (whole) {
      value.store(y + i);
    } else {
      store_first(value.v, d, y + i, left);
    }
  }
}

void dropout_groups(const DropoutArgs<float>& args, int64_t begin, int64_t end) {
  const uint32_t threshold = dropout_threshold(args.probability);
  const float scale = static_cast<float>(1 / (1 - args.probability));
  const int64_t count = args.rows * args.columns;
  HWY_ALIGN float factors[kDropoutGroup];
  for (int64_t group = begin; group < end; ++group) {
    group_factors(args.seed, args.stream, group, threshold, scale, factors);
    const int64_t first = group * kDropoutGroup;
    const int64_t last = std::min(first + kDropoutGroup, count);
    for (int64_t e = first; e < last;) {
      // With a bias, a piece ends where its row does.
      const int64_t column = args.bias ? e % args.columns : 0;
      const int64_t n = args.bias ? std::min(last - e, args.columns - column) : last - e;
      apply(args.x + e, args.bias ? args.bias + column : nullptr, args.residual ? args.residual + e : nullptr,
            factors + (e - first), args.y + e, n);
      e += n;
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(dropout_groups);

void dropout(const DropoutArgs<float>& args) {
  const int64_t groups = (args.rows * args.columns + kDropoutGroup - 1) / kDropoutGroup;
  parallel_for(groups, kGrain / 4 / kDropoutGroup, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(dropout_groups)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
