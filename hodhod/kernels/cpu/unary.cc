// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/unary.h"

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/unary.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

struct Forward {
  const UnaryArgs<float>& args;
  int64_t begin, end;

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    const D d;
    const int64_t lanes = hn::Lanes(d);
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) Formula::value(F::load(args.x + i)).store(args.y + i);
    if (i < end) {
      const F x = load_first(d, args.x + i, end - i);
      store_first(Formula::value(x).v, d, args.y + i, end - i);
    }
  }
};

struct Backward {
  const UnaryBackwardArgs<float>& args;
  int64_t begin, end;

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    const D d;
    const int64_t lanes = hn::Lanes(d);
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) {
      (F::load(args.dy + i) * Formula::derivative(F::load(args.saved + i))).store(args.dx + i);
    }
    if (i < end) {
      const F dy = load_first(d, args.dy + i, end - i);
      const F saved = load_first(d, args.saved + i, end - i);
      store_first((dy * Formula::derivative(saved)).v, d, args.dx + i, end - i);
    }
  }
};

void unary_range(const UnaryArgs<float>& args, int64_t begin, int64_t end) {
  with_formula(args.function, Forward{args, begin, end});
}

void unary_backward_range(const UnaryBackwardArgs<float>& args, int64_t begin, int64_t end) {
  with_formula(args.function, Backward{args, begin, end});
}

void affine_range(const AffineArgs<float>& args, int64_t begin, int64_t end) {
  const D d;
  const int64_t lanes = hn::Lanes(d);
  const F factor = hn::Set(d, args.factor);
  const F offset = hn::Set(d, args.offset);
  int64_t i = begin;
  for (; i + lanes <= end; i += lanes) fma(F::load(args.x + i), factor, offset).store(args.y + i);
  if (i < end) {
    store_first(fma(F(load_first(d, args.x + i, end - i)), factor, offset).v, d, args.y + i, end - i);
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(unary_range);
HWY_EXPORT(unary_backward_range);
HWY_EXPORT(affine_range);

void unary(const UnaryArgs<float>& args) {
  parallel_for(args.count, kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(unary_range)(args, begin, end);
  });
}

void unary_backward(const UnaryBackwardArgs<float>& args) {
  parallel_for(args.count, kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(unary_backward_range)(args, begin, end);
  });
}

void affine(const AffineArgs<float>& args) {
  parallel_for(args.count, kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(affine_range)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
