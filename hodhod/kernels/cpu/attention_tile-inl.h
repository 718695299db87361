// SPDX-License-Identifier: Apache-2.0
// Small matrix products on tiles that fit the first cache, and the packing that makes them: attention's inner
// loops.
//
// Every element of a product is one chain of multiply-adds over k in order, whatever the rows and columns
// around it.

#if defined(HODHOD_KERNELS_CPU_ATTENTION_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_ATTENTION_TILE_INL_H_
#undef HODHOD_KERNELS_CPU_ATTENTION_TILE_INL_H_
#else
#define HODHOD_KERNELS_CPU_ATTENTION_TILE_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

#include "hodhod/kernels/attention.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace attention_tile {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::CappedTag<float, 16>;
using V = hn::Vec<Floats>;

constexpr int64_t kTile = 64;  // keys of a tile, in whole pages; outputs depend on it
static_assert(kTile % kPage == 0);
constexpr int64_t kGroup = 6;  // rows of a product held in registers
#if HWY_TARGET <= HWY_AVX3 || !HWY_ARCH_X86
constexpr int kColumns = 4;  // vectors of a row of a product held in registers
#else
constexpr int kColumns = 2;
#endif

// C[r, c] = keep[r] C[r, c] + Σ_k A[r, k] B[k, c];  keep null means 0.
struct Product {
  int64_t k;
  const float* a;  // A[r, k] at r · lda + k, or when transposed at k · lda + r
  int64_t lda;
  const float* b;
  int64_t ldb;
  float* c;
  int64_t ldc;
  const float* keep;
};

#define HODHOD_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5)

// A name for each accumulator: sizeless vectors (SVE) cannot stand in an array, and compilers keep arrays of
// them in memory.
#define HODHOD_DECLARE(r)                                                                   \
  [[maybe_unused]] V acc##r##0 = hn::Zero(d), acc##r##1 = acc##r##0, acc##r##2 = acc##r##0, \
                     acc##r##3 = acc##r##0;                                                 \
  [[maybe_unused]] const float* HWY_RESTRICT a##r = product.a + (kTransposed ? r : r * lda);

#define HODHOD_BEGIN(r)                                                                 \
  if constexpr (r < kRows) {                                                            \
    const V factor = hn::Set(d, product.keep[r]);                                       \
    const float* HWY_RESTRICT c = product.c + r * product.ldc;                          \
    acc##r##0 = hn::Mul(factor, hn::LoadU(d, c));                                       \
    if constexpr (kWidth > 1) acc##r##1 = hn::Mul(factor, hn::LoadU(d, c + lanes));     \
    if constexpr (kWidth > 2) acc##r##2 = hn::Mul(factor, hn::LoadU(d, c + 2 * lanes)); \
    if constexpr (kWidth > 3) acc##r##3 = hn::Mul(factor, hn::LoadU(d, c + 3 * lanes)); \
  }

#define HODHOD_MULTIPLY(r)                                              \
  if constexpr (r < kRows) {                                            \
    const V x = hn::Set(d, a##r[at]);                                   \
    acc##r##0 = hn::MulAdd(x, b0, acc##r##0);                           \
    if constexpr (kWidth > 1) acc##r##1 = hn::MulAdd(x, b1, acc##r##1); \
    if constexpr (kWidth > 2) acc##r##2 = hn::MulAdd(x, b2, acc##r##2); \
    if constexpr (kWidth > 3) acc##r##3 = hn::MulAdd(x, b3, acc##r##3); \
  }

#define HODHOD_END(r)                                                  \
  if constexpr (r < kRows) {                                           \
    float* HWY_RESTRICT c = product.c + r * product.ldc;               \
    hn::StoreU(acc##r##0, d, c);                                       \
    if constexpr (kWidth > 1) hn::StoreU(acc##r##1, d, c + lanes);     \
    if constexpr (kWidth > 2) hn::StoreU(acc##r##2, d, c + 2 * lanes); \
    if constexpr (kWidth > 3) hn::StoreU(acc##r##3, d, c + 3 * lanes); \
  }

template <int kRows, int kWidth, bool kTransposed>
HWY_NOINLINE void multiply(const Product& product) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  const int64_t lda = product.lda, ldb = product.ldb;
  HODHOD_ROWS(HODHOD_DECLARE)
  if (product.keep) {
    HODHOD_ROWS(HODHOD_BEGIN)
  }
  const float* HWY_RESTRICT b = product.b;
  const int64_t step = kTransposed ? lda : 1;
  int64_t at = 0;
  for (int64_t k = product.k; k > 0; --k, at += step, b += ldb) {
    const V b0 = hn::LoadU(d, b);
    [[maybe_unused]] V b1 = b0, b2 = b0, b3 = b0;
    if constexpr (kWidth > 1) b1 = hn::LoadU(d, b + lanes);
    if constexpr (kWidth > 2) b2 = hn::LoadU(d, b + 2 * lanes);
    if constexpr (kWidth > 3) b3 = hn::LoadU(d, b + 3 * lanes);
    HODHOD_ROWS(HODHOD_MULTIPLY)
  }
  HODHOD_ROWS(HODHOD_END)
}

#undef HODHOD_END
#undef HODHOD_MULTIPLY
#undef HODHOD_BEGIN
#undef HODHOD_DECLARE
#undef HODHOD_ROWS

template <int kWidth, bool kTransposed>
HWY_INLINE void multiply_rows(int64_t rows, const Product& product) {
  using Function = void (*)(const Product&);
  static constexpr Function kTable[kGroup] = {
      multiply<1, kWidth, kTransposed>, multiply<2, kWidth, kTransposed>, multiply<3, kWidth, kTransposed>,
      multiply<4, kWidth, kTransposed>, multiply<5, kWidth, kTransposed>, multiply<6, kWidth, kTransposed>};
  kTable[rows - 1](product);
}

// The product for 1 ≤ rows ≤ kGroup and `vectors` vectors of columns.
template <bool kTransposed>
HWY_INLINE void multiply_group(int64_t rows, int64_t vectors, Product product) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(Floats()));
  int64_t width = kColumns;
  while (vectors > 0) {
    while (width > vectors) width /= 2;
    if (width == 1) {
      multiply_rows<1, kTransposed>(rows, product);
    } else if (width == 2) {
      multiply_rows<2, kTransposed>(rows, product);
    } else {
      multiply_rows<kColumns, kTransposed>(rows, product);
    }
    vectors -= width;
    product.b += width * lanes;
    product.c += width * lanes;
  }
}

// to[d] = factor · from[d] for d < size, zeros up to `width`, a multiple of the vector's lanes.
HWY_INLINE void pack_row(const float* HWY_RESTRICT from, int64_t size, int64_t width, float factor,
                         float* HWY_RESTRICT to) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const V f = hn::Set(d, factor);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) hn::Store(hn::Mul(hn::LoadU(d, from + i), f), d, to + i);
  if (i == width) return;
  HWY_ALIGN float rest[16] = {};
  std::memcpy(rest, from + i, static_cast<size_t>(size - i) * sizeof(float));
  hn::Store(hn::Mul(hn::Load(d, rest), f), d, to + i);
}

// to[d] = factor · from[d] + 0 for d < size: the sum turns −0 into 0, for a sum of zeros has no sign worth
// keeping.
HWY_INLINE void unpack_row(const float* HWY_RESTRICT from, int64_t size, float factor,
                           float* HWY_RESTRICT to) {
  const Floats d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const V f = hn::Set(d, factor);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hn::StoreU(hn::MulAdd(hn::Load(d, from + i), f, hn::Zero(d)), d, to + i);
  }
  if (i == size) return;
  HWY_ALIGN float rest[16];
  hn::Store(hn::MulAdd(hn::Load(d, from + i), f, hn::Zero(d)), d, rest);
  std::memcpy(to + i, rest, static_cast<size_t>(size - i) * sizeof(float));
}

// Elements at … at + 3 of one row in each 128-bit block: row 4b in block b.
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_blocks(Tag d, const float* const* rows, int64_t at) {
#if HWY_HAVE_SCALABLE
  HWY_ALIGN float blocks[16];
  for (size_t b = 0; b * 4 < hn::Lanes(d); ++b) std::memcpy(blocks + 4 * b, rows[4 * b] + at, 16);
  return hn::Load(d, blocks);
#else
  constexpr size_t kLanes = hn::MaxLanes(Tag());
  if constexpr (kLanes == 4) {
    return hn::LoadU(d, rows[0] + at);
  } else {
    const hn::Half<Tag> half;
    return hn::Combine(d, load_blocks(half, rows + kLanes / 2, at), load_blocks(half, rows, at));
  }
#endif
}

// to[d, x] = rows[x][d] for d < size and x < kTile. As `to` has kTile columns, columns past `count` rounded
// up to vectors stay as they are.
HWY_INLINE void pack_transposed(const float* const* rows, int64_t count, int64_t size,
                                float* HWY_RESTRICT to) {
  const Floats d;
  const hn::RepartitionToWide<Floats> dw;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t x = 0; x < count; x += lanes) {
    int64_t i = 0;
    for (; i + 4 <= size; i += 4) {
      const V r0 = load_blocks(d, rows + x, i), r1 = load_blocks(d, rows + x + 1, i);
      const V r2 = load_blocks(d, rows + x + 2, i), r3 = load_blocks(d, rows + x + 3, i);
      const auto a = hn::BitCast(dw, hn::InterleaveLower(d, r0, r1));
      const auto b = hn::BitCast(dw, hn::InterleaveLower(d, r2, r3));
      const auto c = hn::BitCast(dw, hn::InterleaveUpper(d, r0, r1));
      const auto e = hn::BitCast(dw, hn::InterleaveUpper(d, r2, r3));
      float* HWY_RESTRICT column = to + i * kTile + x;
      hn::Store(hn::BitCast(d, hn::InterleaveLower(dw, a, b)), d, column);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(dw, a, b)), d, column + kTile);
      hn::Store(hn::BitCast(d, hn::InterleaveLower(dw, c, e)), d, column + 2 * kTile);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(dw, c, e)), d, column + 3 * kTile);
    }
    for (; i < size; ++i) {
      for (int64_t lane = 0; lane < lanes; ++lane) to[i * kTile + x + lane] = rows[x + lane][i];
    }
  }
}

// 2^x to 1 ulp with FMA (1.3 without), and 0 below 2^-126. NaN comes through.
HWY_INLINE V exp2(V x) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  // Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits, here with the exponent's
  // bias.
  const V magic = hn::Set(d, 12582912.0f + 127.0f);
  const V shifted = hn::Add(x, magic);
  const V f = hn::Sub(x, hn::Sub(shifted, magic));
  V p = hn::Set(d, 0x1.41fbbcp-13f);
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.5f3e52p-10f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.3b2d4cp-7f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.c6aee8p-5f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.ebfbdcp-3f));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.62e430p-1f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0f));
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(di, shifted)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -126.0f)), hn::Mul(p, power));
}

}  // namespace attention_tile
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
