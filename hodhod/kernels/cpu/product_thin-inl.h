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

// Elements of a row that are fetched ahead: more rows are read at once than a processor follows by itself.
constexpr int64_t kFetch = 32;
constexpr int64_t kLine = 16;

// One block of k of c = x Bᵀ for `columns` ≤ 2 kGroup columns, B [columns, k] with rows `stride` apart: its
// elements are transposed in registers. Two groups at once, because a chain of multiply-adds waits for
// itself.
inline void multiply_two_groups(const Thin& thin, int64_t columns) {
  const Group d;
  const int64_t first = std::min(kGroup, columns), second = columns - first;
  const GroupRows left(thin.b, thin.stride, first);
  const GroupRows right(second > 0 ? thin.b + kGroup * thin.stride : thin.b, thin.stride,
                        std::max<int64_t>(1, second));
  auto left_sum = hn::Zero(d), right_sum = hn::Zero(d);
  for (int64_t p0 = 0; p0 < thin.k; p0 += kDepth) {
    if (p0 % kLine == 0) {
      for (int64_t i = 0; i < kGroup; ++i) {
        __builtin_prefetch(left.rows[i] + p0 + kFetch, 0, 3);
        __builtin_prefetch(right.rows[i] + p0 + kFetch, 0, 3);
      }
    }
    const float* const x = thin.x + p0;
    left.transpose_from(p0, thin.k - p0, [&](int64_t p, auto column) HWY_ATTR {
      left_sum = hn::MulAdd(hn::Set(d, x[p]), column, left_sum);
    });
    right.transpose_from(p0, thin.k - p0, [&](int64_t p, auto column) HWY_ATTR {
      right_sum = hn::MulAdd(hn::Set(d, x[p]), column, right_sum);
    });
  }
  const auto put = [&](float* c, auto sum, int64_t count) HWY_ATTR {
    const auto n = static_cast<size_t>(count);
    store_first(thin.add ? hn::Add(load_first(d, c, n), sum) : sum, d, c, n);
  };
  put(thin.c, left_sum, first);
  if (second > 0) put(thin.c + kGroup, right_sum, second);
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
