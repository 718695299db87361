// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/loss.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

// Access to a whole vector of a row, and to what remains of one at its end.
struct Whole {
  HWY_INLINE F load(const float* p, F) const { return F::load(p); }
  HWY_INLINE void store(F v, float* p) const { v.store(p); }
  HWY_INLINE F inside(F v) const { return v; }
};
struct Rest {
  size_t count;
  // `other` past the end.
  HWY_INLINE F load(const float* p, F other) const {
    return hn::IfThenElse(hn::FirstN(D(), count), load_first(D(), p, count), other.v);
  }
  HWY_INLINE void store(F v, float* p) const { store_first(v.v, D(), p, count); }
  // v, and zero past the end.
  HWY_INLINE F inside(F v) const { return hn::IfThenElseZero(hn::FirstN(D(), count), v.v); }
};

// Calls body(i, Whole or Rest) along a row of `count`.
template <class Body>
HWY_INLINE void for_row(int64_t count, const Body& body) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) body(i, Whole());
  if (i < count) body(i, Rest{static_cast<size_t>(count - i)});
}

HWY_INLINE F lowest() { return hn::Set(D(), -std::numeric_limits<float>::infinity()); }

HWY_INLINE float total(F v) { return hn::GetLane(hn::SumOfLanes(D(), v.v)); }

HWY_INLINE float greatest(const float* x, int64_t count) {
  F most = lowest();
  for_row(count,
          [&](int64_t i, auto part) HWY_ATTR { most = hn::Max(most.v, part.load(x + i, lowest()).v); });
  return hn::GetLane(hn::MaxOfLanes(D(), most.v));
}

// Σ e^(x − most); the terms are kept in `powers` where that is given (it may be x).
HWY_INLINE float sum_of_powers(const float* x, int64_t count, float most, float* powers) {
  const F shift = hn::Set(D(), most);
  F sum(0.0);
  for_row(count, [&](int64_t i, auto part) HWY_ATTR {
    const F e = exp(part.load(x + i, lowest()) - shift);
    if (powers) part.store(e, powers + i);
    sum = sum + e;
  });
  return total(sum);
}

// Σ w x, or Σ x without weights; Σ w where x is null.
HWY_INLINE float weighted_sum(const float* x, const float* weights, int64_t count) {
  F sum(0.0);
  for_row(count, [&](int64_t i, auto part) HWY_ATTR {
    const F w = weights ? part.load(weights + i, F(0.0)) : F(1.0);
    sum = x ? fma(w, part.load(x + i, F(0.0)), sum) : sum + w;
  });
  return total(sum);
}

// The effect of class weights and label smoothing on a row.
struct Mixture {
  const float* weights;
  float keep;   // 1 − ε
  float share;  // ε / classes
  float all;    // Σ w
  Mixture(double smoothing, const float* class_weights, int64_t classes)
      : weights(class_weights),
        keep(static_cast<float>(1 - smoothing)),
        share(static_cast<float>(smoothing / static_cast<double>(classes))),
        all(class_weights ? weighted_sum(nullptr, class_weights, classes) : static_cast<float>(classes)) {}
  float hard(int64_t y) const { return weights ? keep * weights[y] : keep; }
};

// dx = power · factor − scale · (ε / classes · w + (1 − ε) w_y δ), with power(i, part) the vector at i.
template <class Power>
HWY_INLINE void gradient_row(const Mixture& mixture, int64_t classes, int64_t y, float factor, float scale,
                             float* dx, const Power& power) {
  const F by = hn::Set(D(), factor), share = hn::Set(D(), -scale * mixture.share);
  for_row(classes, [&](int64_t i, auto part) HWY_ATTR {
    const F p = power(i, part) * by;
    if (mixture.share == 0) return part.store(p, dx + i);
    part.store(mixture.weights ? fma(part.load(mixture.weights + i, F(0.0)), share, p) : p + share, dx + i);
  });
  dx[y] -= scale * mixture.hard(y);
}

void cross_entropy_rows(const CrossEntropyArgs<float>& args, int64_t begin, int64_t end) {
  const Mixture mixture(args.smoothing, args.weights, args.classes);
  for (int64_t row = begin; row < end; ++row) {
    const float* x = args.logits + row * args.stride;
    float* dx = args.dlogits ? args.dlogits + row * args.stride : nullptr;
    const int64_t y = args.targets[row];
    const bool counts = y != args.ignored;
    if (!counts && !args.logs) {
      if (args.losses) args.losses[row] = 0;
      if (dx) std::fill_n(dx, args.classes, 0.0f);
      continue;
    }
    const float most = greatest(x, args.classes);
    const float at_target = counts ? x[y] : 0;
    const float sum_x = counts && mixture.share != 0 ? weighted_sum(x, args.weights, args.classes) : 0;
    const float sum = sum_of_powers(x, args.classes, most, counts ? dx : nullptr);
    const float log = most + static_cast<float>(std::log(sum));
    if (args.logs) args.logs[row] = log;
    if (args.losses) {
      // For a confident answer this is near 0, so the part that can vanish is computed from its own small
      // terms.
      const float hard =
          mixture.hard(counts ? y : 0) * ((most - at_target) + static_cast<float>(std::log(sum)));
      args.losses[row] = counts ? hard + mixture.share * (mixture.all * log - sum_x) : 0;
    }
    if (dx && !counts) std::fill_n(dx, args.classes, 0.0f);
    if (!dx || !counts) continue;
    const float scale = static_cast<float>(args.scale);
    const float factor = scale * (mixture.hard(y) + mixture.share * mixture.all) / sum;
    gradient_row(mixture, args.classes, y, factor, scale, dx,
                 [&](int64_t i, auto part) HWY_ATTR { return part.load(dx + i, F(0.0)); });
  }
}

void cross_entropy_backward_rows(const CrossEntropyBackwardArgs<float>& args, int64_t begin, int64_t end) {
  const Mixture mixture(args.smoothing, args.weights, args.classes);
  for (int64_t row = begin; row < end; ++row) {
    const float* x = args.logits + row * args.stride;
    float* dx = args.dlogits + row * args.stride;
    const int64_t y = args.targets[row];
    if (y == args.ignored) {
      std::fill_n(dx, args.classes, 0.0f);
      continue;
    }
    const float scale = static_cast<float>(args.scale) * (args.scales ? args.scales[row] : 1);
    const float factor = scale * (mixture.hard(y) + mixture.share * mixture.all);
    const F log = hn::Set(D(), args.logs[row]);
    gradient_row(mixture, args.classes, y, factor, scale, dx,
                 [&](int64_t i, auto part) HWY_ATTR { return exp(part.load(x + i, lowest()) - log); });
  }
}

void soft_cross_entropy_rows(const SoftCrossEntropyArgs<float>& args, int64_t begin, int64_t end) {
  const int64_t classes = args.classes;
  const F keep(1 - args.smoothing), share(args.smoothing / static_cast<double>(classes));
  for (int64_t row = begin; row < end; ++row) {
    const float* x = args.logits + row * classes;
    const float* q = args.probabilities + row * classes;
    const auto target = [&](int64_t i, auto part) HWY_ATTR {
      const F t = fma(keep, part.load(q + i, F(0.0)), share);
      return args.weights ? t * part.load(args.weights + i, F(0.0)) : t;
    };
    const float most = greatest(x, classes);
    const float log = most + std::log(sum_of_powers(x, classes, most, nullptr));
    const F logs = hn::Set(D(), log);
    F loss(0.0), mass(0.0);
    for_row(classes, [&](int64_t i, auto part) HWY_ATTR {
      const F t = target(i, part);
      loss = fma(t, logs - part.load(x + i, logs), loss);
      mass = mass + part.inside(t);
    });
    if (args.losses) args.losses[row] = total(loss);
    if (!args.dlogits) continue;
    const F scale = hn::Set(D(), static_cast<float>(args.scale) * (args.scales ? args.scales[row] : 1));
    const F masses = hn::Set(D(), total(mass));
    for_row(classes, [&](int64_t i, auto part) HWY_ATTR {
      const F p = exp(part.load(x + i, lowest()) - logs);
      part.store(scale * (masses * p - target(i, part)), args.dlogits + row * classes + i);
    });
  }
}

HWY_INLINE F pointwise_value(const PointwiseLossArgs<float>& args, F x, F t) {
  const F d = abs(x - t);
  switch (args.loss) {
    case PointwiseLoss::square:
      return d * d;
    case PointwiseLoss::absolute:
      return d;
    case PointwiseLoss::smooth:
      return select(d < F(args.beta), d * d * F(0.5 / args.beta), d - F(0.5 * args.beta));
    case PointwiseLoss::binary:
      return select(x <= F(0.0), F(0.0), x) - x * t + log(F(1.0) + exp(-abs(x)));
    case PointwiseLoss::divergence:
      return select(t == F(0.0), F(0.0), t * (log(t) - x));
  }
  return d;
}

HWY_INLINE F pointwise_derivative(const PointwiseLossArgs<float>& args, F x, F t) {
  const F d = x - t;
  // ±1; 0 and NaN are their own signs.
  const F sign = select(d > F(0.0), F(1.0), select(d < F(0.0), F(-1.0), d));
  switch (args.loss) {
    case PointwiseLoss::square:
      return d + d;
    case PointwiseLoss::absolute:
      return sign;
    case PointwiseLoss::smooth:
      return select(abs(d) < F(args.beta), d * F(1 / args.beta), sign);
    case PointwiseLoss::binary:
      return Sigmoid::value(x) - t;
    case PointwiseLoss::divergence:
      return -t;
  }
  return d;
}

void pointwise_range(const PointwiseLossArgs<float>& args, int64_t begin, int64_t end) {
  const F scale(args.scale);
  for_row(end - begin, [&](int64_t offset, auto part) HWY_ATTR {
    const int64_t i = begin + offset;
    const F x = part.load(args.x + i, F(0.0)), t = part.load(args.target + i, F(0.0));
    if (args.losses) part.store(pointwise_value(args, x, t), args.losses + i);
    if (!args.dx) return;
    const F by = args.scales ? scale * part.load(args.scales + i, F(0.0)) : scale;
    part.store(by * pointwise_derivative(args, x, t), args.dx + i);
  });
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {
namespace {
constexpr int64_t kGrain = 8192;
int64_t row_grain(int64_t width) { return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, width)); }
}  // namespace

HWY_EXPORT(cross_entropy_rows);
HWY_EXPORT(cross_entropy_backward_rows);
HWY_EXPORT(soft_cross_entropy_rows);
HWY_EXPORT(pointwise_range);

void cross_entropy(const CrossEntropyArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.classes), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(cross_entropy_rows)(args, begin, end);
  });
}

void cross_entropy_backward(const CrossEntropyBackwardArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.classes), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(cross_entropy_backward_rows)(args, begin, end);
  });
}

void soft_cross_entropy(const SoftCrossEntropyArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.classes), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(soft_cross_entropy_rows)(args, begin, end);
  });
}

void pointwise_loss(const PointwiseLossArgs<float>& args) {
  parallel_for(args.count, kGrain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(pointwise_range)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
