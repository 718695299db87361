// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/optimizer.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/optimizer.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kGrain = 16384;
constexpr int kArrays = 5;
// Room for one vector of every target (SVE's longest is 2048 bits).
constexpr int64_t kMostLanes = 64;

// Runs formula(i, arrays) over vectors of the arrays, which it reads and writes at offset i. The elements
// past the last whole vector go through copies padded to a whole one, so that they see the same instructions.
template <class Formula>
void for_vectors(int64_t count, float* const (&arrays)[kArrays], const Formula& formula) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(D()));
  parallel_for(count, kGrain, [&](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) formula(i, arrays);
    if (i == end) return;
    alignas(64) float copies[kArrays][kMostLanes];
    float* padded[kArrays];
    for (int a = 0; a < kArrays; ++a) {
      padded[a] = arrays[a] ? copies[a] : nullptr;
      if (!arrays[a]) continue;
      std::fill(copies[a], copies[a] + lanes, 0.0f);
      std::copy(arrays[a] + i, arrays[a] + end, copies[a]);
    }
    formula(0, padded);
    for (int a = 0; a < kArrays; ++a) {
      if (arrays[a]) std::copy(copies[a], copies[a] + (end - i), arrays[a] + i);
    }
  });
}

V set(double value) { return hn::Set(D(), static_cast<float>(value)); }

// Slot 1 of the arrays is the gradient; for_vectors writes back to it only what it read.
float* gradient_slot(const float* gradient) { return const_cast<float*>(gradient); }

void sgd_loop(const SgdArgs<float>& args) {
  const D d;
  const V scale = set(args.scale), decay = set(args.weight_decay), step = set(-args.rate);
  const V momentum = set(args.momentum), fresh = set(1 - args.dampening);
  for_vectors(args.count, {args.value, gradient_slot(args.gradient), args.velocity},
              [&](int64_t i, float* const* arrays) HWY_ATTR {
                const V p = hn::LoadU(d, arrays[0] + i);
                V g = hn::MulAdd(p, decay, hn::Mul(hn::LoadU(d, arrays[1] + i), scale));
                if (arrays[2]) {
                  const V b = args.first_step
                                  ? g
                                  : hn::MulAdd(momentum, hn::LoadU(d, arrays[2] + i), hn::Mul(fresh, g));
                  hn::StoreU(b, d, arrays[2] + i);
                  g = args.nesterov ? hn::MulAdd(momentum, b, g) : b;
                }
                hn::StoreU(hn::MulAdd(step, g, p), d, arrays[0] + i);
              });
}

void adam_loop(const AdamArgs<float>& args) {
  const D d;
  const double mean_correction = 1 - std::pow(args.beta1, static_cast<double>(args.step));
  const double square_correction = 1 - std::pow(args.beta2, static_cast<double>(args.step));
  const V scale = set(args.scale), epsilon = set(args.epsilon);
  const V keep = set(args.decoupled ? 1 - args.rate * args.weight_decay : 1);
  const V decay = set(args.decoupled ? 0 : args.weight_decay);
  const V beta1 = set(args.beta1), fresh1 = set(1 - args.beta1);
  const V beta2 = set(args.beta2), fresh2 = set(1 - args.beta2);
  const V step = set(-args.rate / mean_correction), spread = set(1 / std::sqrt(square_correction));
  for_vectors(args.count,
              {args.value, gradient_slot(args.gradient), args.mean, args.square, args.largest_square},
              [&](int64_t i, float* const* arrays) HWY_ATTR {
                V p = hn::LoadU(d, arrays[0] + i);
                const V g = hn::MulAdd(p, decay, hn::Mul(hn::LoadU(d, arrays[1] + i), scale));
                p = hn::Mul(p, keep);
                const V m = hn::MulAdd(beta1, hn::LoadU(d, arrays[2] + i), hn::Mul(fresh1, g));
                V v = hn::MulAdd(beta2, hn::LoadU(d, arrays[3] + i), hn::Mul(fresh2, hn::Mul(g, g)));
                hn::StoreU(m, d, arrays[2] + i);
                hn::StoreU(v, d, arrays[3] + i);
                if (arrays[4]) {
                  v = hn::Max(hn::LoadU(d, arrays[4] + i), v);
                  hn::StoreU(v, d, arrays[4] + i);
                }
                const V divisor = hn::MulAdd(hn::Sqrt(v), spread, epsilon);
                hn::StoreU(hn::MulAdd(step, hn::Div(m, divisor), p), d, arrays[0] + i);
              });
}

void adagrad_loop(const AdagradArgs<float>& args) {
  const D d;
  const V scale = set(args.scale), decay = set(args.weight_decay);
  const V step = set(-args.rate), epsilon = set(args.epsilon);
  for_vectors(args.count, {args.value, gradient_slot(args.gradient), args.square_sum},
              [&](int64_t i, float* const* arrays) HWY_ATTR {
                const V p = hn::LoadU(d, arrays[0] + i);
                const V g = hn::MulAdd(p, decay, hn::Mul(hn::LoadU(d, arrays[1] + i), scale));
                const V s = hn::MulAdd(g, g, hn::LoadU(d, arrays[2] + i));
                hn::StoreU(s, d, arrays[2] + i);
                const V move = hn::Div(g, hn::Add(hn::Sqrt(s), epsilon));
                hn::StoreU(hn::MulAdd(step, move, p), d, arrays[0] + i);
              });
}

void rmsprop_loop(const RmspropArgs<float>& args) {
  const D d;
  const V scale = set(args.scale), decay = set(args.weight_decay), momentum = set(args.momentum);
  const V alpha = set(args.alpha), fresh = set(1 - args.alpha);
  const V step = set(-args.rate), epsilon = set(args.epsilon);
  for_vectors(args.count, {args.value, gradient_slot(args.gradient), args.square, args.mean, args.velocity},
              [&](int64_t i, float* const* arrays) HWY_ATTR {
                const V p = hn::LoadU(d, arrays[0] + i);
                const V g = hn::MulAdd(p, decay, hn::Mul(hn::LoadU(d, arrays[1] + i), scale));
                V v = hn::MulAdd(alpha, hn::LoadU(d, arrays[2] + i), hn::Mul(fresh, hn::Mul(g, g)));
                hn::StoreU(v, d, arrays[2] + i);
                if (arrays[3]) {
                  const V a = hn::MulAdd(alpha, hn::LoadU(d, arrays[3] + i), hn::Mul(fresh, g));
                  hn::StoreU(a, d, arrays[3] + i);
                  v = hn::NegMulAdd(a, a, v);
                }
                V move = hn::Div(g, hn::Add(hn::Sqrt(v), epsilon));
                if (arrays[4]) {
                  move = hn::MulAdd(momentum, hn::LoadU(d, arrays[4] + i), move);
                  hn::StoreU(move, d, arrays[4] + i);
                }
                hn::StoreU(hn::MulAdd(step, move, p), d, arrays[0] + i);
              });
}

// Sixteen running sums for every target, element i in sum i mod 16. Squares of floats are exact in double, so
// a fused multiply-add rounds as the two operations do and the targets agree to the last bit.
double sum_squares_of_block(const float* x, int64_t count) {
  constexpr int64_t kSums = 16;
  alignas(64) double sums[kSums] = {};
  const hn::CappedTag<double, kSums> dd;
  const hn::Rebind<float, decltype(dd)> df;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(dd));
  const int64_t whole = count / kSums * kSums;
  for (int64_t lane = 0; lane < kSums; lane += lanes * 2) {
    auto first = hn::Zero(dd), second = hn::Zero(dd);
    const int64_t other = lane + lanes < kSums ? lanes : 0;
    for (int64_t i = lane; i < whole; i += kSums) {
      const auto a = hn::PromoteTo(dd, hn::LoadU(df, x + i));
      const auto b = hn::PromoteTo(dd, hn::LoadU(df, x + i + other));
      first = hn::MulAdd(a, a, first);
      second = hn::MulAdd(b, b, second);
    }
    hn::StoreU(second, dd, sums + lane + other);
    hn::StoreU(first, dd, sums + lane);
  }
  for (int64_t i = whole; i < count; ++i) sums[i - whole] += double{x[i]} * double{x[i]};
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

double sum_squares_loop(const SumSquaresArgs<float>& args) {
  constexpr int64_t kBlock = 8192;
  constexpr int64_t kBlocks = 512;
  double total = 0;
  double parts[kBlocks];
  for (int64_t base = 0; base < args.count; base += kBlock * kBlocks) {
    const int64_t count = std::min(kBlock * kBlocks, args.count - base);
    const int64_t blocks = (count + kBlock - 1) / kBlock;
    parallel_for(blocks, 2, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        parts[b] = sum_squares_of_block(args.x + base + b * kBlock, std::min(kBlock, count - b * kBlock));
      }
    });
    for (int64_t b = 0; b < blocks; ++b) total += parts[b];
  }
  return total;
}

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(sgd_loop);
HWY_EXPORT(adam_loop);
HWY_EXPORT(adagrad_loop);
HWY_EXPORT(rmsprop_loop);
HWY_EXPORT(sum_squares_loop);

void sgd(const SgdArgs<float>& args) { HWY_DYNAMIC_DISPATCH(sgd_loop)(args); }
void adam(const AdamArgs<float>& args) { HWY_DYNAMIC_DISPATCH(adam_loop)(args); }
void adagrad(const AdagradArgs<float>& args) { HWY_DYNAMIC_DISPATCH(adagrad_loop)(args); }
void rmsprop(const RmspropArgs<float>& args) { HWY_DYNAMIC_DISPATCH(rmsprop_loop)(args); }
double sum_squares(const SumSquaresArgs<float>& args) { return HWY_DYNAMIC_DISPATCH(sum_squares_loop)(args); }

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
