// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/rotary.h"

#include <algorithm>
#include <cstring>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/rotary.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace rotary_detail {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>;
using V = hn::Vec<Floats>;
constexpr int64_t kMostLanes = 16;

// What one vector of pairs is turned by.
struct Angle {
  V cosine, sine;
};

HWY_INLINE V first_of_pair(V a, V b, const Angle& angle) {
  return hn::NegMulAdd(b, angle.sine, hn::Mul(a, angle.cosine));
}
HWY_INLINE V second_of_pair(V a, V b, const Angle& angle) {
  return hn::MulAdd(a, angle.sine, hn::Mul(b, angle.cosine));
}

// Pairs i …, one for each lane, of x into y.
template <bool kInterleaved>
HWY_INLINE void turn_vector(const float* x, float* y, int64_t half, int64_t i, const Angle& angle) {
  const Floats d;
  V a, b;
  if constexpr (kInterleaved) {
    hn::LoadInterleaved2(d, x + 2 * i, a, b);
    hn::StoreInterleaved2(first_of_pair(a, b, angle), second_of_pair(a, b, angle), d, y + 2 * i);
  } else {
    a = hn::LoadU(d, x + i);
    b = hn::LoadU(d, x + half + i);
    hn::StoreU(first_of_pair(a, b, angle), d, y + i);
    hn::StoreU(second_of_pair(a, b, angle), d, y + half + i);
  }
}

// The last `rest` < lanes pairs, through copies padded to a vector, so that they see the same instructions.
template <bool kInterleaved>
void turn_rest(const float* x, float* y, int64_t half, int64_t i, int64_t rest, const Angle& angle) {
  alignas(64) float pairs[2 * kMostLanes] = {};
  const size_t bytes = static_cast<size_t>(rest) * sizeof(float);
  if constexpr (kInterleaved) {
    std::memcpy(pairs, x + 2 * i, 2 * bytes);
    turn_vector<true>(pairs, pairs, 0, 0, angle);
    std::memcpy(y + 2 * i, pairs, 2 * bytes);
  } else {
    std::memcpy(pairs, x + i, bytes);
    std::memcpy(pairs + kMostLanes, x + half + i, bytes);
    turn_vector<false>(pairs, pairs, kMostLanes, 0, angle);
    std::memcpy(y + i, pairs, bytes);
    std::memcpy(y + half + i, pairs + kMostLanes, bytes);
  }
}

// All heads of one time.
template <bool kInterleaved>
void turn_heads(const RotaryArgs<float>& args, const float* x, float* y, int64_t position) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d)), half = args.rotated / 2;
  const float* cosines = args.cosines + position * half;
  const float* sines = args.sines + position * half;
  const V sign = hn::Set(d, args.inverse ? -1.0f : 1.0f);
  int64_t i = 0;
  for (; i + lanes <= half; i += lanes) {
    const Angle angle{hn::LoadU(d, cosines + i), hn::Mul(sign, hn::LoadU(d, sines + i))};
    for (int64_t h = 0; h < args.heads; ++h) {
      turn_vector<kInterleaved>(x + h * args.x_strides.head, y + h * args.y_strides.head, half, i, angle);
    }
  }
  if (i == half) return;
  alignas(64) float padded[2][kMostLanes] = {};
  std::copy(cosines + i, cosines + half, padded[0]);
  std::copy(sines + i, sines + half, padded[1]);
  const Angle angle{hn::Load(d, padded[0]), hn::Mul(sign, hn::Load(d, padded[1]))};
  for (int64_t h = 0; h < args.heads; ++h) {
    turn_rest<kInterleaved>(x + h * args.x_strides.head, y + h * args.y_strides.head, half, i, half - i,
                            angle);
  }
}

}  // namespace
}  // namespace rotary_detail

void rotary_run(const RotaryArgs<float>& args) {
  const int64_t grain = 1 + 16384 / std::max<int64_t>(1, args.heads * args.head_size);
  parallel_for(args.batch * args.times, grain, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t b = item / args.times, t = item % args.times;
      const int64_t position = args.position ? args.position[item] : t + (args.offset ? args.offset[b] : 0);
      const float* x = args.x + b * args.x_strides.batch + t * args.x_strides.time;
      float* y = args.y + b * args.y_strides.batch + t * args.y_strides.time;
      if (args.interleaved) {
        rotary_detail::turn_heads<true>(args, x, y, position);
      } else {
        rotary_detail::turn_heads<false>(args, x, y, position);
      }
      if (x == y || args.rotated == args.head_size) continue;
      for (int64_t h = 0; h < args.heads; ++h) {
        const float* from = x + h * args.x_strides.head;
        std::copy(from + args.rotated, from + args.head_size, y + h * args.y_strides.head + args.rotated);
      }
    }
  });
}

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(rotary_run);

void rotary(const RotaryArgs<float>& args) { HWY_DYNAMIC_DISPATCH(rotary_run)(args); }

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
