// SPDX-License-Identifier: Apache-2.0
// Weighted sums of rows that lie anywhere in a table. Included like lanes-inl.h.
#if defined(HODHOD_KERNELS_CPU_CHOSEN_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_CHOSEN_ROWS_INL_H_
#undef HODHOD_KERNELS_CPU_CHOSEN_ROWS_INL_H_
#else
#define HODHOD_KERNELS_CPU_CHOSEN_ROWS_INL_H_
#endif

#include "hodhod/kernels/cpu/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

HWY_INLINE void prefetch_row(const float* row, int64_t columns) {
  for (int64_t c = 0; c < columns; c += 16) __builtin_prefetch(row + c, 1, 3);
}

// y[c] = scale Σ_j weight(j) row(j)[c] for kVectors vectors of columns from c on. Each element is one chain
// of multiply-adds from zero in the order of j.
template <int kVectors, class Row, class Weight>
HWY_INLINE void sum_vectors(int64_t c, int64_t count, const Row& row, const Weight& weight, float scale,
                            float* y) {
  RowLanes sum[kVectors];
  for (RowLanes& lanes : sum) lanes = RowLanes(0.0);
  for (int64_t j = 0; j < count; ++j) {
    const RowLanes w = hn::Set(RowTag(), weight(j));
    const float* from = row(j) + c;
    for (int v = 0; v < kVectors; ++v) sum[v] = fma(w, RowLanes::load(from + v * kRowLanes), sum[v]);
  }
  const RowLanes factor = hn::Set(RowTag(), scale);
  for (int v = 0; v < kVectors; ++v) (factor * sum[v]).store(y + c + v * kRowLanes);
}

template <int kVectors, class Row, class Weight>
HWY_INLINE void sum_at_most(int64_t vectors, int64_t c, int64_t count, const Row& row, const Weight& weight,
                            float scale, float* y) {
  if (vectors == kVectors) return sum_vectors<kVectors>(c, count, row, weight, scale, y);
  if constexpr (kVectors > 1) sum_at_most<kVectors - 1>(vectors, c, count, row, weight, scale, y);
}

// The same for all columns.
template <class Row, class Weight>
HWY_INLINE void weighted_sum(int64_t columns, int64_t count, const Row& row, const Weight& weight,
                             float scale, float* y) {
  constexpr int64_t kMost = 8;
  int64_t c = 0;
  while (columns - c >= kRowLanes) {
    const int64_t vectors = std::min(kMost, (columns - c) / kRowLanes);
    sum_at_most<kMost>(vectors, c, count, row, weight, scale, y);
    c += vectors * kRowLanes;
  }
  if (c == columns) return;
  const auto rest = static_cast<size_t>(columns - c);
  RowLanes sum(0.0);
  for (int64_t j = 0; j < count; ++j) {
    sum = fma(RowLanes(hn::Set(RowTag(), weight(j))), RowLanes(load_first(RowTag(), row(j) + c, rest)), sum);
  }
  store_first((RowLanes(hn::Set(RowTag(), scale)) * sum).v, RowTag(), y + c, rest);
}

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled per target
