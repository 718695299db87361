// SPDX-License-Identifier: Apache-2.0
// The product of a single row with a matrix, which runs as fast as the matrix can be read: c = x B.
//
// The arithmetic is that of the tiles: for every element of c, one chain of multiply-adds per block.

#if defined(HODHOD_KERNELS_CPU_PRODUCT_THIN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_PRODUCT_THIN_INL_H_
#undef HODHOD_KERNELS_CPU_PRODUCT_THIN_INL_H_
#else
#define HODHOD_KERNELS_CPU_PRODUCT_THIN_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/cpu/product_pack-inl.h"
#include "hodhod/kernels/cpu/product_plan.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

// One block of k. Columns of B come in pairs of vectors; a pair's rows are `stride` apart, pairs
// `pair_stride`.
struct Thin {
  int64_t k;
  const float* x;  // [k]
  const float* b;
  int64_t stride;
  int64_t pair_stride;
  float* c;
  bool add;
};

#define HODHOD_EACH_VECTOR(X) \
  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define HODHOD_DECLARE(i) [[maybe_unused]] auto sum##i = hn::Zero(d);

#define HODHOD_MULTIPLY(i)                                                      \
  if constexpr (i < 2 * kPairs) {                                               \
    const float* const from = b + (i / 2) * thin.pair_stride + (i % 2) * lanes; \
    sum##i = hn::MulAdd(x, hn::LoadU(d, from), sum##i);                         \
  }

#define HODHOD_STORE(i)                                                     \
  if constexpr (i < 2 * kPairs) {                                           \
    float* const c = thin.c + i * lanes;                                    \
    hn::StoreU(thin.add ? hn::Add(hn::LoadU(d, c), sum##i) : sum##i, d, c); \
  }

template <int kPairs>
void multiply_pairs(const Thin& thin) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  HODHOD_EACH_VECTOR(HODHOD_DECLARE)
  const float* HWY_RESTRICT b = thin.b;
  for (int64_t p = 0; p < thin.k; ++p) {
    const auto x = hn::Set(d, thin.x[p]);
    HODHOD_EACH_VECTOR(HODHOD_MULTIPLY)
    b += thin.stride;
  }
  HODHOD_EACH_VECTOR(HODHOD_STORE)
}

#undef HODHOD_STORE
#undef HODHOD_MULTIPLY
#undef HODHOD_DECLARE
#undef HODHOD_EACH_VECTOR

// At most a vector of columns.
inline void multiply_columns(const Thin& thin, int64_t columns) {
  const hn::ScalableTag<float> d;
  const auto count = static_cast<size_t>(columns);
  auto sum = hn::Zero(d);
  for (int64_t p = 0; p < thin.k; ++p) {
    sum = hn::MulAdd(hn::Set(d, thin.x[p]), load_first(d, thin.b + p * thin.stride, count), sum);
  }
  if (thin.add) sum = hn::Add(load_first(d, thin.c, count), sum);
  store_first(sum, d, thin.c, count);
}

// One block of k of c = x B for `columns` columns.
inline void multiply_thin(Thin thin, int64_t columns) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  const auto advance = [&](int64_t pairs) {
    thin.b += pairs * thin.pair_stride;
    thin.c += pairs * 2 * lanes;
    columns -= pairs * 2 * lanes;
  };
  for (; columns >= 16 * lanes; advance(8)) multiply_pairs<8>(thin);
  if (columns >= 8 * lanes) multiply_pairs<4>(thin), advance(4);
  for (; columns >= 2 * lanes; advance(1)) multiply_pairs<1>(thin);
  for (; columns > 0; columns -= lanes) {
    multiply_columns(thin, std::min(columns, lanes));
    thin.b += lanes;
    thin.c += lanes;
  }
}

// sum + the products of kDepth elements of each row of a group; x and b begin there.
HWY_INLINE GroupVector multiply_part(const float* x, const float* b, int64_t stride, GroupVector sum) {
  const Part d;
  // So many rows an address can name without arithmetic.
  const int64_t stride3 = 3 * stride, stride5 = 5 * stride, stride7 = 7 * stride;
  const float* const upper = b + 8 * stride;
  transpose(
      [&](int64_t i) HWY_ATTR {
        const int64_t j = i % 8;
        const int64_t offset = j == 3   ? stride3
                               : j == 5 ? stride5
                               : j == 6 ? 2 * stride3
                               : j == 7 ? stride7
                                        : j * stride;
        const float* const row = (i < 8 ? b : upper) + offset;
        return hn::LoadU(d, row);
      },
      [&](int64_t p, auto column) HWY_ATTR { sum = hn::MulAdd(hn::Set(Group(), x[p]), column, sum); });
  return sum;
}

// The rest of a block from p on of a group of `count` columns, `sum` being that of what is before; and the
// sum put into c.
inline void finish_group(const Thin& thin, int64_t j, int64_t count, int64_t p, GroupVector sum) {
  const Group d;
  if (p < thin.k) {
    const GroupRows rows(thin.b + j * thin.stride, thin.stride, count);
    for (; p < thin.k; p += kDepth) {
      rows.transpose_from(p, thin.k - p, [&](int64_t q, auto column) HWY_ATTR {
        sum = hn::MulAdd(hn::Set(d, thin.x[p + q]), column, sum);
      });
    }
  }
  const auto n = static_cast<size_t>(count);
  if (thin.add) sum = hn::Add(load_first(d, thin.c + j, n), sum);
  store_first(sum, d, thin.c + j, n);
}

// How far one group of rows is ahead of the other, in parts of kDepth elements, if they would need the same
// places of a cache.
constexpr int64_t kLag = 64 / kDepth;

// One block of k of c = x Bᵀ for `columns` ≤ 2 kGroup columns, B [columns, k] with rows `stride` apart: its
// elements are transposed in registers. Two groups at once, because a chain of multiply-adds waits for
// itself.
inline void multiply_two_groups(const Thin& thin, int64_t columns) {
  auto left = hn::Zero(Group()), right = hn::Zero(Group());
  if (columns < 2 * kGroup) {
    for (int64_t j = 0; j < columns; j += kGroup) {
      finish_group(thin, j, std::min(kGroup, columns - j), 0, left);
    }
    return;
  }
  const float* const right_rows = thin.b + kGroup * thin.stride;
  const int64_t parts = thin.k / kDepth;
  const int64_t lag = thin.stride % (kCrowdedStride / 2) == 0 ? kLag : 0;
  for (int64_t i = 0; i < parts + lag; ++i) {
    if (i < parts) left = multiply_part(thin.x + i * kDepth, thin.b + i * kDepth, thin.stride, left);
    if (i >= lag) {
      const int64_t p = (i - lag) * kDepth;
      right = multiply_part(thin.x + p, right_rows + p, thin.stride, right);
    }
  }
  finish_group(thin, 0, kGroup, parts * kDepth, left);
  finish_group(thin, kGroup, kGroup, parts * kDepth, right);
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
