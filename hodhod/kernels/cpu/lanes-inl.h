// SPDX-License-Identifier: Apache-2.0
// Highway vectors of float that read like a float, their elementary functions, and the formulas on them.
//
// Included by a file of this folder after foreach_target.h and highway.h, outside any namespace; compiled
// once per target. Everything stands in hodhod::kernels::cpu::HWY_NAMESPACE. Inside a row of a fused kernel:
//
//   using F = Lanes<D>;
//   hn::Store(Gelu::value(F(hn::Load(d, x))).v, d, y);
//
// Accuracy, with FMA (without it about one ulp more): exp, log 1 ulp; tanh 2; normal_cdf 3 (relative, down
// into the tail). NaN passes through; infinities, overflow, gradual underflow and log's poles are as in the C
// library.
#if defined(HODHOD_KERNELS_CPU_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_LANES_INL_H_
#undef HODHOD_KERNELS_CPU_LANES_INL_H_
#else
#define HODHOD_KERNELS_CPU_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>
#include <limits>

#include "hodhod/kernels/formulas.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Whether a masked load or store touches the elements that its mask leaves out. (AVX2 does not, for 4 and 8
// bytes.)
#undef HODHOD_MASKS_FAULT
#define HODHOD_MASKS_FAULT (HWY_MEM_OPS_MIGHT_FAULT && HWY_TARGET != HWY_AVX2)

// The first n < Lanes(d) elements, and zeros: the same bits for an element as in a full vector.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_first(D d, const T* HWY_RESTRICT from, size_t n) {
  static_assert(sizeof(T) >= 4);
#if HODHOD_MASKS_FAULT
  HWY_ALIGN T buffer[hn::MaxLanes(D())] = {};
  std::memcpy(buffer, from, n * sizeof(T));
  return hn::Load(d, buffer);
#else
  return hn::MaskedLoad(hn::FirstN(d, n), d, from);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_first(hn::Vec<D> v, D d, T* HWY_RESTRICT to, size_t n) {
  static_assert(sizeof(T) >= 4);
#if HODHOD_MASKS_FAULT
  HWY_ALIGN T buffer[hn::MaxLanes(D())];
  hn::Store(v, d, buffer);
  std::memcpy(to, buffer, n * sizeof(T));
#else
  hn::BlendedStore(v, hn::FirstN(d, n), d, to);
#endif
}

template <class D>
struct Lanes {
  using V = hn::Vec<D>;
  using M = hn::Mask<D>;
  V v;

  HWY_INLINE Lanes() = default;
  HWY_INLINE Lanes(V vector) : v(vector) {}  // NOLINT: a vector is its lanes
  HWY_INLINE explicit Lanes(double constant) : v(hn::Set(D(), static_cast<float>(constant))) {}
  static HWY_INLINE Lanes load(const float* p) { return hn::LoadU(D(), p); }
  HWY_INLINE void store(float* p) const { hn::StoreU(v, D(), p); }

  friend HWY_INLINE Lanes operator+(Lanes a, Lanes b) { return hn::Add(a.v, b.v); }
  friend HWY_INLINE Lanes operator-(Lanes a, Lanes b) { return hn::Sub(a.v, b.v); }
  friend HWY_INLINE Lanes operator*(Lanes a, Lanes b) { return hn::Mul(a.v, b.v); }
  friend HWY_INLINE Lanes operator/(Lanes a, Lanes b) { return hn::Div(a.v, b.v); }
  friend HWY_INLINE Lanes operator-(Lanes a) { return hn::Neg(a.v); }
  friend HWY_INLINE M operator<(Lanes a, Lanes b) { return hn::Lt(a.v, b.v); }
  friend HWY_INLINE M operator<=(Lanes a, Lanes b) { return hn::Le(a.v, b.v); }
  friend HWY_INLINE M operator>(Lanes a, Lanes b) { return hn::Gt(a.v, b.v); }
  friend HWY_INLINE M operator>=(Lanes a, Lanes b) { return hn::Ge(a.v, b.v); }
  friend HWY_INLINE M operator==(Lanes a, Lanes b) { return hn::Eq(a.v, b.v); }
  friend HWY_INLINE Lanes select(M condition, Lanes yes, Lanes no) {
    return hn::IfThenElse(condition, yes.v, no.v);
  }
  // a·b + c, rounded once where the target has FMA
  friend HWY_INLINE Lanes fma(Lanes a, Lanes b, Lanes c) { return hn::MulAdd(a.v, b.v, c.v); }
  friend HWY_INLINE Lanes abs(Lanes a) { return hn::Abs(a.v); }
  friend HWY_INLINE Lanes sqrt(Lanes a) { return hn::Sqrt(a.v); }
};

namespace detail {

// c0 + x (c1 + x (c2 + …))
template <class D>
HWY_INLINE Lanes<D> polynomial(Lanes<D>, double c) {
  return Lanes<D>(c);
}
template <class D, class... More>
HWY_INLINE Lanes<D> polynomial(Lanes<D> x, double c, More... more) {
  return fma(polynomial(x, more...), x, Lanes<D>(c));
}

// x with `low` and `high` as its bounds; a NaN becomes one of them.
template <class D>
HWY_INLINE Lanes<D> clamp(Lanes<D> x, double low, double high) {
  return hn::Min(hn::Max(x.v, Lanes<D>(low).v), Lanes<D>(high).v);
}

template <class D>
using Integers = hn::Vec<hn::RebindToSigned<D>>;

// 2^n for −126 ≤ n ≤ 127
template <class D>
HWY_INLINE Lanes<D> power_of_two(Integers<D> n) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(D(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
}

// x = n ln 2 + remainder, with n the nearest integer; |x| < 2^20
template <class D>
struct Reduced {
  Integers<D> n;
  Lanes<D> remainder;
};
template <class D>
HWY_INLINE Reduced<D> reduce_by_ln2(Lanes<D> x) {
  using F = Lanes<D>;
  const Integers<D> n = hn::NearestInt((x * F(1.4426950408889634)).v);
  const F whole = hn::ConvertTo(D(), n);
  // ln 2 in two parts, the first short enough for whole·part to be exact.
  const F rest = fma(whole, F(-0.693145751953125), x);
  return {n, fma(whole, F(-1.42860682030941723212e-6), rest)};
}

}  // namespace detail

template <class D>
HWY_INLINE Lanes<D> exp(Lanes<D> x) {
  using F = Lanes<D>;
  const auto [n, r] = detail::reduce_by_ln2(detail::clamp(x, -104.0, 89.0));
  const F p =
      detail::polynomial(r, 0x1.fffffcp-2, 0x1.555492p-3, 0x1.5558f2p-5, 0x1.1239e2p-7, 0x1.6a2434p-10);
  const F mantissa = F(1.0) + fma(r * r, p, r);
  // In two steps, each within the exponent's range: only the second can underflow or overflow.
  const auto half = hn::ShiftRight<1>(n);
  const F y = mantissa * detail::power_of_two<D>(half) * detail::power_of_two<D>(hn::Sub(n, half));
  return select(x == x, y, x);
}

template <class D>
HWY_INLINE Lanes<D> log(Lanes<D> x) {
  using F = Lanes<D>;
  const hn::RebindToSigned<D> di;
  const auto small = x < F(0x1p-126);
  const auto bits = hn::BitCast(di, select(small, x * F(0x1p24), x).v);
  // x = 2^e m with m in [√½, √2)
  const auto shifted = hn::Sub(bits, hn::Set(di, 0x3f3504f3));
  const auto exponent = hn::ShiftRight<23>(shifted);
  const F m = hn::BitCast(D(), hn::Add(hn::And(shifted, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f3504f3)));
  const F e = F(hn::ConvertTo(D(), exponent)) - select(small, F(24.0), F(0.0));
  const F f = m - F(1.0);
  const F p = detail::polynomial(f, 0x1.555548p-2, -0x1.000006p-2, 0x1.99a4b6p-3, -0x1.555c4ep-3,
                                 0x1.233766p-3, -0x1.fc2200p-4, 0x1.e6f07ap-4, -0x1.de3c46p-4, 0x1.1457c0p-4);
  const F square = f * f;
  const F low = fma(e, F(-2.12194440054690583e-4), f * square * p);
  const F y = fma(e, F(0.693359375), f + fma(square, F(-0.5), low));
  const F infinity(std::numeric_limits<double>::infinity());
  const F poles = select(x == F(0.0), -infinity, F(std::numeric_limits<double>::quiet_NaN()));
  // +∞ and NaN are their own logarithms.
  return select(x > F(0.0), select(x < infinity, y, x), select(x == x, poles, x));
}

// (e^2|x| − 1) / (e^2|x| + 1) with the sign of x
template <class D>
HWY_INLINE Lanes<D> tanh(Lanes<D> x) {
  using F = Lanes<D>;
  const F a = detail::clamp(abs(x), 0.0, 10.0);
  const auto [n, r] = detail::reduce_by_ln2(a + a);
  const F p =
      detail::polynomial(r, 0.5, 0x1.555556p-3, 0x1.5554aep-5, 0x1.111090p-7, 0x1.6d7486p-10, 0x1.a1a164p-13);
  const F power = detail::power_of_two<D>(n);
  const F e = fma(power, fma(r * r, p, r), power - F(1.0));
  const F y = hn::CopySign((e / (e + F(2.0))).v, x.v);
  return select(x == x, y, x);
}

namespace detail {

// e^(−x²/2), with the rounding of x² put right
template <class D>
HWY_INLINE Lanes<D> bell(Lanes<D> x) {
  using F = Lanes<D>;
  const F square = x * x;
  const F error = fma(x, x, -square);
  const F e = exp(square * F(-0.5));
  // x² − square is 0 where the target has no FMA, and not a number once x² overflows.
  return select(square < F(256.0), fma(e, error * F(-0.5), e), e);
}

}  // namespace detail

template <class D>
HWY_INLINE Lanes<D> normal_density(Lanes<D> x) {
  return Lanes<D>(0.39894228040143267794) * detail::bell(x);
}

// The tail beyond |x| is e^(−x²/2) times a smooth function, a polynomial in (|x| − 3) / (|x| + 3).
template <class D>
HWY_INLINE Lanes<D> normal_cdf(Lanes<D> x) {
  using F = Lanes<D>;
  const F a = detail::clamp(abs(x), 0.0, 14.5);
  const F u = (a - F(3.0)) / (a + F(3.0));
  const F g =
      detail::polynomial(u, 0x1.f1b89cp-4, -0x1.a6b66ap-3, 0x1.f8bad2p-4, -0x1.7a943cp-5, 0x1.91dcecp-8,
                         0x1.7caf12p-9, -0x1.01c35ap-10, -0x1.637b0ep-12, 0x1.e266fcp-14, 0x1.bdf444p-15);
  const F tail = detail::bell(x) * g;
  return select(x > F(0.0), F(1.0) - tail, tail);
}

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE

#define HODHOD_FORMULA HWY_INLINE
#define HODHOD_FORMULA_SPACE cpu::HWY_NAMESPACE
#include "hodhod/kernels/formulas-inl.h"
#undef HODHOD_FORMULA
#undef HODHOD_FORMULA_SPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled per target
