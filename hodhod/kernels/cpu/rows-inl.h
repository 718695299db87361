// SPDX-License-Identifier: Apache-2.0
// Reductions over a row in an order that depends on its length alone.
//
// Element i goes to accumulator i mod 32, each of which takes its elements in order; the 32 are then added in
// halves: k to k + 16, then k to k + 8, and so on. The order is the same for every vector width, so that
// targets differ only by whether they have FMA. Included like lanes-inl.h.
#if defined(HODHOD_KERNELS_CPU_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_ROWS_INL_H_
#undef HODHOD_KERNELS_CPU_ROWS_INL_H_
#else
#define HODHOD_KERNELS_CPU_ROWS_INL_H_
#endif

#include <algorithm>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

// At most 16 lanes wide, so that its vectors divide the 32 accumulators.
using RowTag = hn::CappedTag<float, 16>;
using RowLanes = Lanes<RowTag>;

inline constexpr int64_t kAccumulators = 32;
inline constexpr int64_t kRowLanes = hn::MaxLanes(RowTag());
inline constexpr int kRowVectors = kAccumulators / kRowLanes;

// How for_row's body reads and writes: a whole vector, or the first n lanes of one.
struct WholeVector {
  HWY_INLINE RowLanes load(const float* p) const { return RowLanes::load(p); }
  HWY_INLINE RowLanes load_or(const float* p, RowLanes) const { return RowLanes::load(p); }
  HWY_INLINE void store(RowLanes v, float* p) const { v.store(p); }
  HWY_INLINE RowLanes keep_or(RowLanes v, RowLanes) const { return v; }
};
struct PartVector {
  size_t n;
  HWY_INLINE RowLanes load(const float* p) const { return load_first(RowTag(), p, n); }
  HWY_INLINE RowLanes load_or(const float* p, RowLanes other) const { return keep_or(load(p), other); }
  HWY_INLINE void store(RowLanes v, float* p) const { store_first(v.v, RowTag(), p, n); }
  HWY_INLINE RowLanes keep_or(RowLanes v, RowLanes other) const {
    return hn::IfThenElse(hn::FirstN(RowTag(), n), v.v, other.v);
  }
};

// Calls body(j, i, at) for the vectors of a row of n elements: elements from i on belong to vector j of the
// accumulators and are read with at.load and written with at.store.
template <class Body>
HWY_INLINE void for_row(int64_t n, const Body& body) {
  int64_t i = 0;
  for (; i + kAccumulators <= n; i += kAccumulators) {
    for (int j = 0; j < kRowVectors; ++j) body(j, i + j * kRowLanes, WholeVector());
  }
  for (int j = 0; j < kRowVectors && i < n; ++j, i += kRowLanes) {
    if (n - i >= kRowLanes) {
      body(j, i, WholeVector());
    } else {
      body(j, i, PartVector{static_cast<size_t>(n - i)});
    }
  }
}

// The 32 accumulators of `Combine`, a Binary formula.
template <class Combine>
class RowAccumulator {
 public:
  explicit HWY_INLINE RowAccumulator(double identity) {
    for (int j = 0; j < kRowVectors; ++j) lanes_[j] = RowLanes(identity);
  }
  HWY_INLINE void take(int j, RowLanes x) { lanes_[j] = Combine::value(lanes_[j], x); }
  // += a b
  HWY_INLINE void take_product(int j, RowLanes a, RowLanes b) { lanes_[j] = fma(a, b, lanes_[j]); }

  HWY_INLINE float total() const {
    HWY_ALIGN float values[kAccumulators];
    for (int j = 0; j < kRowVectors; ++j) lanes_[j].store(values + j * kRowLanes);
    return halve(values);
  }

  // The accumulators' values combined in halves, in place.
  static HWY_INLINE float halve(float* values) {
    using Four = hn::CappedTag<float, 4>;
    using F4 = Lanes<Four>;
    for (int64_t half = kAccumulators / 2; half >= 4; half /= 2) {
      for (int64_t k = 0; k < half; k += 4) {
        Combine::value(F4::load(values + k), F4::load(values + k + half)).store(values + k);
      }
    }
    const F4 low = F4::load(values);
    const F4 two = Combine::value(low, F4(hn::Shuffle1032(low.v)));
    return hn::GetLane(Combine::value(two, F4(hn::Shuffle2301(two.v))).v);
  }

 private:
  RowLanes lanes_[kRowVectors];
};

using RowSum = RowAccumulator<Add>;

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled per target
