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

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace {

using Group = hn::ScalableTag<float>;
using GroupVector = hn::Vec<Group>;

// Rows that are transposed at once, as many as a vector has lanes, and how many elements of each. On AVX-512
// the latter are half a vector: two halves load into one without a shuffle.
constexpr int64_t kGroup = hn::MaxLanes(Group());
constexpr int64_t kDepth = std::min<int64_t>(8, kGroup);
using Part = hn::FixedTag<float, kDepth>;

// put(p0 + p, v) for p = 0 … 3 with v the p-th elements of the rows that lie in the blocks of r0 … r3.
template <class Put>
HWY_INLINE void transpose_four(GroupVector r0, GroupVector r1, GroupVector r2, GroupVector r3, int64_t p0,
                               const Put& put) {
  const Group d;
  const hn::Repartition<double, Group> wide;
  const auto low01 = hn::BitCast(wide, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(wide, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(wide, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(wide, hn::InterleaveUpper(d, r2, r3));
  put(p0, hn::BitCast(d, hn::InterleaveLower(wide, low01, low23)));
  put(p0 + 1, hn::BitCast(d, hn::InterleaveUpper(wide, low01, low23)));
  put(p0 + 2, hn::BitCast(d, hn::InterleaveLower(wide, high01, high23)));
  put(p0 + 3, hn::BitCast(d, hn::InterleaveUpper(wide, high01, high23)));
}

// Row i of a group, or rows i and i + 8 side by side.
template <class Load>
HWY_INLINE GroupVector load_rows(const Load& load, int64_t i) {
#if HWY_TARGET == HWY_AVX3
  return hn::Combine(Group(), load(i + 8), load(i));
#else
  return load(i);
#endif
}

// Blocks 0, 2, … of a and b in turn, and blocks 1, 3, ….
HWY_INLINE GroupVector even_blocks(GroupVector a, GroupVector b) {
#if HWY_TARGET == HWY_AVX3
  return hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a);
#else
  return hn::ConcatLowerLower(Group(), b, a);
#endif
}
HWY_INLINE GroupVector odd_blocks(GroupVector a, GroupVector b) {
#if HWY_TARGET == HWY_AVX3
  return hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a));
#else
  return hn::ConcatUpperUpper(Group(), b, a);
#endif
}

// Calls put(p, v) for p = 0, 1, … kDepth − 1 with v the p-th elements of kGroup rows; load(i) is row i.
template <class Load, class Put>
HWY_INLINE void transpose(const Load& load, const Put& put) {
  const auto r0 = load_rows(load, 0), r1 = load_rows(load, 1), r2 = load_rows(load, 2),
             r3 = load_rows(load, 3);
  if constexpr (kDepth == 4) {
    transpose_four(r0, r1, r2, r3, 0, put);
  } else {
    const auto r4 = load_rows(load, 4), r5 = load_rows(load, 5), r6 = load_rows(load, 6),
               r7 = load_rows(load, 7);
    transpose_four(even_blocks(r0, r4), even_blocks(r1, r5), even_blocks(r2, r6), even_blocks(r3, r7), 0,
                   put);
    transpose_four(odd_blocks(r0, r4), odd_blocks(r1, r5), odd_blocks(r2, r6), odd_blocks(r3, r7), 4, put);
  }
}

// The rows of a group of `count` ≤ kGroup. Those that are not there are taken from the last: their lanes go
// unused.
struct GroupRows {
  const float* rows[kGroup];

  GroupRows(const float* from, int64_t stride, int64_t count) {
    for (int64_t i = 0; i < kGroup; ++i) rows[i] = from + std::min(i, count - 1) * stride;
  }

  // put(p, v) for elements p0 + p of all rows, p < kDepth and p < count.
  template <class Put>
  HWY_INLINE void transpose_from(int64_t p0, int64_t count, const Put& put) const {
    const Part d;
    if (count >= kDepth) {
      transpose([&](int64_t i) HWY_ATTR { return hn::LoadU(d, rows[i] + p0); }, put);
    } else {
      transpose([&](int64_t i) HWY_ATTR { return load_first(d, rows[i] + p0, static_cast<size_t>(count)); },
                [&](int64_t p, auto v) HWY_ATTR {
                  if (p < count) put(p, v);
                });
    }
  }
};

// to[p, i] = from[i, p] for `rows` rows of k elements, `to`'s rows being `to_stride` apart.
inline void pack_rows(const float* from, int64_t stride, int64_t rows, int64_t k, float* to,
                      int64_t to_stride) {
  const Group d;
  for (int64_t i = 0; i < rows; i += kGroup) {
    const int64_t count = std::min(kGroup, rows - i);
    const GroupRows group(from + i * stride, stride, count);
    for (int64_t p0 = 0; p0 < k; p0 += kDepth) {
      float* const place = to + p0 * to_stride + i;
      group.transpose_from(p0, k - p0, [&](int64_t p, auto v) HWY_ATTR {
        if (count == kGroup) {
          hn::StoreU(v, d, place + p * to_stride);
        } else {
          store_first(v, d, place + p * to_stride, static_cast<size_t>(count));
        }
      });
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

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
