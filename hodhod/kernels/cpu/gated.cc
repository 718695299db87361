// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/gated.h"

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/gated.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

struct Forward {
  const GatedArgs<float>& args;
  int64_t begin, end;

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    const D d;
    const int64_t lanes = hn::Lanes(d);
    const int64_t n = args.columns;
    for (int64_t r = begin; r < end; ++r) {
      const float* gate = args.gate + r * args.gate_stride;
      const float* value = args.value + r * args.value_stride;
      float* y = args.y + r * n;
      int64_t i = 0;
      for (; i + lanes <= n; i += lanes)
        (Formula::value(F::load(gate + i)) * F::load(value + i)).store(y + i);
      if (i < n) {
        const F g = load_first(d, gate + i, n - i);
        const F v = load_first(d, value + i, n - i);
        store_first((Formula::value(g) * v).v, d, y + i, n - i);
      }
    }
  }
};

struct Backward {
  const GatedBackwardArgs<float>& args;
  int64_t begin, end;

  struct Slopes {
    F gate, value;
  };
  template <class Formula>
  static HWY_INLINE Slopes slopes(F gate, F value, F dy) {
    const F y = Formula::value(gate);
    const F slope = Formula::derivative(Formula::kSaved == Saved::input ? gate : y);
    return {dy * value * slope, dy * y};
  }

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    const D d;
    const int64_t lanes = hn::Lanes(d);
    const int64_t n = args.columns;
    for (int64_t r = begin; r < end; ++r) {
      const float* gate = args.gate + r * args.gate_stride;
      const float* value = args.value + r * args.value_stride;
      const float* dy = args.dy + r * n;
      float* dgate = args.dgate + r * args.dgate_stride;
      float* dvalue = args.dvalue + r * args.dvalue_stride;
      int64_t i = 0;
      for (; i + lanes <= n; i += lanes) {
        const Slopes s = slopes<Formula>(F::load(gate + i), F::load(value + i), F::load(dy + i));
        s.gate.store(dgate + i);
        s.value.store(dvalue + i);
      }
      if (i < n) {
        const Slopes s = slopes<Formula>(load_first(d, gate + i, n - i), load_first(d, value + i, n - i),
                                         load_first(d, dy + i, n - i));
        store_first(s.gate.v, d, dgate + i, n - i);
        store_first(s.value.v, d, dvalue + i, n - i);
      }
    }
  }
};

void gated_rows(const GatedArgs<float>& args, int64_t begin, int64_t end) {
  with_formula(args.activation, Forward{args, begin, end});
}

void gated_backward_rows(const GatedBackwardArgs<float>& args, int64_t begin, int64_t end) {
  with_formula(args.activation, Backward{args, begin, end});
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(gated_rows);
HWY_EXPORT(gated_backward_rows);

void gated(const GatedArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(gated_rows)(args, begin, end);
  });
}

void gated_backward(const GatedBackwardArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(gated_backward_rows)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
