// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/binary.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/binary.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

// Elements per chunk; operands that are not dense are first copied to a buffer of this size.
constexpr int64_t kChunk = 512;

// A dense view of n ≤ kChunk elements that are `stride` apart.
const float* dense(const float* x, int64_t stride, int64_t n, float* buffer) {
  if (stride == 1) return x;
  if (stride == 0) {
    std::fill_n(buffer, n, *x);
  } else {
    for (int64_t i = 0; i < n; ++i) buffer[i] = x[i * stride];
  }
  return buffer;
}

struct Forward {
  const BinaryArgs<float>& args;
  int64_t begin, end;

  template <class Formula>
  HWY_ATTR static void row(const float* a, const float* b, float* y, int64_t n) {
    const D d;
    const int64_t lanes = hn::Lanes(d);
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) Formula::value(F::load(a + i), F::load(b + i)).store(y + i);
    if (i < n) {
      const F left = load_first(d, a + i, n - i);
      const F right = load_first(d, b + i, n - i);
      store_first(Formula::value(left, right).v, d, y + i, n - i);
    }
  }

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    const Nest<2>& nest = args.nest;
    const int64_t step_a = nest.strides[0][nest.rank - 1];
    const int64_t step_b = nest.strides[1][nest.rank - 1];
    float* y = args.y + begin;
    float buffer_a[kChunk], buffer_b[kChunk];
    for_each_piece(nest, begin, end, [&](const auto& at, int64_t length) HWY_ATTR {
      const float* a = args.a + at[0];
      const float* b = args.b + at[1];
      for (int64_t done = 0; done < length; done += kChunk) {
        const int64_t n = std::min(kChunk, length - done);
        row<Formula>(dense(a + done * step_a, step_a, n, buffer_a),
                     dense(b + done * step_b, step_b, n, buffer_b), y, n);
        y += n;
      }
    });
  }
};

struct Backward {
  const BinaryBackwardArgs<float>& args;
  int64_t begin, end;

  template <class Formula>
  HWY_ATTR static void row(const float* a, const float* b, const float* dy, float* da, float* db, int64_t n) {
    const D d;
    const int64_t lanes = hn::Lanes(d);
    for (int64_t i = 0; i < n; i += lanes) {
      const int64_t left = n - i;
      if (left >= lanes) {
        const F va = F::load(a + i), vb = F::load(b + i), vdy = F::load(dy + i);
        if (da) (vdy * Formula::derivative_left(va, vb)).store(da + i);
        if (db) (vdy * Formula::derivative_right(va, vb)).store(db + i);
      } else {
        const F va = load_first(d, a + i, left), vb = load_first(d, b + i, left),
                vdy = load_first(d, dy + i, left);
        if (da) store_first((vdy * Formula::derivative_left(va, vb)).v, d, da + i, left);
        if (db) store_first((vdy * Formula::derivative_right(va, vb)).v, d, db + i, left);
      }
    }
  }

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    const Nest<3>& nest = args.nest;
    const int inner = nest.rank - 1;
    float buffers[3][kChunk];
    int64_t out = begin;
    for_each_piece(nest, begin, end, [&](const auto& at, int64_t length) HWY_ATTR {
      for (int64_t done = 0; done < length; done += kChunk) {
        const int64_t n = std::min(kChunk, length - done);
        const float* from[3] = {args.a, args.b, args.dy};
        for (int k = 0; k < 3; ++k) {
          const int64_t step = nest.strides[k][inner];
          from[k] = dense(from[k] + at[k] + done * step, step, n, buffers[k]);
        }
        row<Formula>(from[0], from[1], from[2], args.da ? args.da + out : nullptr,
                     args.db ? args.db + out : nullptr, n);
        out += n;
      }
    });
  }
};

void binary_range(const BinaryArgs<float>& args, int64_t begin, int64_t end) {
  with_formula(args.function, Forward{args, begin, end});
}

void binary_backward_range(const BinaryBackwardArgs<float>& args, int64_t begin, int64_t end) {
  with_formula(args.function, Backward{args, begin, end});
}

void accumulate_range(const AccumulateArgs<float>& args, int64_t begin, int64_t end) {
  const int64_t step_x = args.nest.strides[0][args.nest.rank - 1];
  const int64_t step_y = args.nest.strides[1][args.nest.rank - 1];
  for_each_piece(args.nest, begin, end, [&](const auto& at, int64_t length) HWY_ATTR {
    const float* x = args.x + at[0];
    float* y = args.y + at[1];
    if (step_x == 1 && step_y == 1) return Forward::row<Add>(y, x, y, length);
    for (int64_t i = 0; i < length; ++i) y[i * step_y] += x[i * step_x];
  });
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(binary_range);
HWY_EXPORT(binary_backward_range);
HWY_EXPORT(accumulate_range);

void binary(const BinaryArgs<float>& args) {
  BinaryArgs<float> joined = args;
  joined.nest = coalesce(args.nest);
  parallel_for(joined.nest.count(), kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(binary_range)(joined, begin, end);
  });
}

void binary_backward(const BinaryBackwardArgs<float>& args) {
  BinaryBackwardArgs<float> joined = args;
  joined.nest = coalesce(args.nest);
  parallel_for(joined.nest.count(), kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(binary_backward_range)(joined, begin, end);
  });
}

void accumulate(const AccumulateArgs<float>& args) {
  AccumulateArgs<float> joined = args;
  joined.nest = coalesce(args.nest);
  parallel_for(joined.nest.count(), kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(accumulate_range)(joined, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
