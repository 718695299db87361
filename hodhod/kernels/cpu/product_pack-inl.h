// SPDX-License-Identifier: Apache-2.0
// Rearranging pieces of A and B into the order in which the product's tiles read them.

#if defined(HODHOD_KERNELS_CPU_PRODUCT_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_PRODUCT_PACK_INL_H_
#undef HODHOD_KERNELS_CPU_PRODUCT_PACK_INL_H_
#else
#define HODHOD_KERNELS_CPU_PRODUCT_PACK_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace {

// Rows that pack_rows takes at once: a vector on x86, where one is put together from blocks of four.
#if HWY_TARGET == HWY_AVX3
constexpr int64_t kGroup = 16;
#elif HWY_TARGET == HWY_AVX2
constexpr int64_t kGroup = 8;
#else
constexpr int64_t kGroup = 4;
#endif

using Group = hn::FixedTag<float, kGroup>;

// Elements p … p + 3 of rows i, i + 4, i + 8, … of a group, side by side.
template <class Row>
HWY_INLINE hn::Vec<Group> load_blocks(const Row& row, int64_t i, int64_t p) {
#if HWY_TARGET == HWY_AVX3
  const hn::FixedTag<float, 4> block;
  const hn::FixedTag<float, 8> pair;
  const auto low = hn::Combine(pair, hn::LoadU(block, row(i + 4) + p), hn::LoadU(block, row(i) + p));
  const auto high = hn::Combine(pair, hn::LoadU(block, row(i + 12) + p), hn::LoadU(block, row(i + 8) + p));
  return hn::Combine(Group(), high, low);
#elif HWY_TARGET == HWY_AVX2
  const hn::FixedTag<float, 4> block;
  return hn::Combine(Group(), hn::LoadU(block, row(i + 4) + p), hn::LoadU(block, row(i) + p));
#else
  return hn::LoadU(Group(), row(i) + p);
#endif
}

// Calls put(p, v) for p = 0, 1, … 3 with v the p-th elements of the group's rows, read from offset `p0`.
template <class Row, class Put>
HWY_INLINE void transpose_four(const Row& row, int64_t p0, const Put& put) {
  const Group d;
  const hn::Repartition<double, Group> wide;
  const auto r0 = load_blocks(row, 0, p0), r1 = load_blocks(row, 1, p0);
  const auto r2 = load_blocks(row, 2, p0), r3 = load_blocks(row, 3, p0);
  const auto low01 = hn::BitCast(wide, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(wide, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(wide, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(wide, hn::InterleaveUpper(d, r2, r3));
  put(0, hn::BitCast(d, hn::InterleaveLower(wide, low01, low23)));
  put(1, hn::BitCast(d, hn::InterleaveUpper(wide, low01, low23)));
  put(2, hn::BitCast(d, hn::InterleaveLower(wide, high01, high23)));
  put(3, hn::BitCast(d, hn::InterleaveUpper(wide, high01, high23)));
}

// to[p, i] = from[i, p] for `rows` rows, `to`'s rows being `to_stride` ≥ `rows` apart. What lies between is
// overwritten, up to kGroup − 1 elements past the last.
inline void pack_rows(const float* from, int64_t stride, int64_t rows, int64_t k, float* to,
                      int64_t to_stride) {
  const Group d;
  for (int64_t i0 = 0; i0 < rows; i0 += kGroup) {
    const int64_t count = std::min(kGroup, rows - i0);
    // Unless there is room for a whole group, storing one would run over the next row's first group.
    const bool whole = i0 == 0 || i0 + kGroup <= to_stride;
    int64_t p = 0;
    if (whole) {
      // Rows that are not there are read from the last one: their lanes are never used.
      const float* pointers[kGroup];
      for (int64_t i = 0; i < kGroup; ++i) pointers[i] = from + (i0 + std::min(i, count - 1)) * stride;
      for (; p + 4 <= k; p += 4) {
        transpose_four([&](int64_t i) HWY_ATTR { return pointers[i]; }, p,
                       [&](int64_t q, auto v) HWY_ATTR { hn::StoreU(v, d, to + (p + q) * to_stride + i0); });
      }
    }
    for (; p < k; ++p) {
      for (int64_t i = 0; i < count; ++i) to[p * to_stride + i0 + i] = from[(i0 + i) * stride + p];
    }
  }
}

// to[p, i] = from[p, i] for `columns` columns, zeros from there to `to_stride`.
inline void pack_columns(const float* from, int64_t stride, int64_t columns, int64_t k, float* to,
                         int64_t to_stride) {
  for (int64_t p = 0; p < k; ++p) {
    std::memcpy(to + p * to_stride, from + p * stride, static_cast<size_t>(columns) * sizeof(float));
    std::fill(to + p * to_stride + columns, to + (p + 1) * to_stride, 0.0f);
  }
}

// The same for a number of columns known to the compiler, which makes moves of the copies.
template <int kColumns>
void pack_columns_exactly(const float* from, int64_t stride, int64_t k, float* to) {
  for (int64_t p = 0; p < k; ++p) std::memcpy(to + p * kColumns, from + p * stride, kColumns * sizeof(float));
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
