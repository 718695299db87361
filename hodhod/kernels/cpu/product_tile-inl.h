// SPDX-License-Identifier: Apache-2.0
// The innermost loop of the product: a tile of C of a few rows by one or two vectors, held in registers.
//
// Every element is one chain of multiply-adds from zero over the k of a block, in order; the target's width
// and the tile's place do not change it.

#if defined(HODHOD_KERNELS_CPU_PRODUCT_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_PRODUCT_TILE_INL_H_
#undef HODHOD_KERNELS_CPU_PRODUCT_TILE_INL_H_
#else
#define HODHOD_KERNELS_CPU_PRODUCT_TILE_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace {

// The most rows of a tile of two vectors that leave registers for a row of B and an element of A.
#if HWY_TARGET == HWY_AVX3
constexpr int kTileRows = 14;
#elif HWY_TARGET == HWY_AVX2
constexpr int kTileRows = 6;
#elif HWY_ARCH_X86
constexpr int kTileRows = 4;
#else
constexpr int kTileRows = 12;
#endif

struct Tile {
  int64_t k;       // of this block
  const float* a;  // A[i, p] at a[i * a_row + p * a_column]
  int64_t a_row;
  int64_t a_column;
  const float* b;  // [k, columns of the tile], rows `ldb` apart
  int64_t ldb;
  const float* next;  // what a later tile reads, fetched on the way: so many elements further for each of k
  int64_t next_step;
  float* keep;  // where to put B packed, [k, columns of the tile]; or null
  float* c;     // [rows, columns of the tile], rows `ldc` apart
  int64_t ldc;
  bool add;  // to C, instead of replacing it
};

#define HODHOD_EACH_ROW(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

// Compilers tend to keep an array of accumulators in memory: hence a name for each.
#define HODHOD_DECLARE(i)                      \
  [[maybe_unused]] auto left##i = hn::Zero(d); \
  [[maybe_unused]] auto right##i = hn::Zero(d);

// To the second cache only: rows of C are often a power of two apart and would push each other out of the
// first. A row that does not begin on a line ends in one more.
#define HODHOD_PREFETCH(i)                                                         \
  if constexpr (i < kRows) {                                                       \
    __builtin_prefetch(tile.c + i * tile.ldc, 0, 2);                               \
    if constexpr (kWide) __builtin_prefetch(tile.c + i * tile.ldc + lanes, 0, 2);  \
    __builtin_prefetch(tile.c + i * tile.ldc + (kWide ? 2 : 1) * lanes - 1, 0, 2); \
  }

// Row i is one of three after a pointer: so many an address can name without arithmetic. (Compilers make
// vectors of an array of pointers.)
#define HODHOD_ROW(i) (i < 3 ? a0 : i < 6 ? a1 : i < 9 ? a2 : i < 12 ? a3 : a4)[i % 3 * a_row]

#define HODHOD_MULTIPLY(i)                                            \
  if constexpr (i < kRows) {                                          \
    const auto x = hn::Set(d, HODHOD_ROW(i));                         \
    left##i = hn::MulAdd(x, b_left, left##i);                         \
    if constexpr (kWide) right##i = hn::MulAdd(x, b_right, right##i); \
  }

#define HODHOD_STORE(i)                                      \
  if constexpr (i < kRows) {                                 \
    hn::StoreU(left##i, d, c);                               \
    if constexpr (kWide) hn::StoreU(right##i, d, c + lanes); \
    c += tile.ldc;                                           \
  }

#define HODHOD_ADD(i)                                                                          \
  if constexpr (i < kRows) {                                                                   \
    hn::StoreU(hn::Add(hn::LoadU(d, c), left##i), d, c);                                       \
    if constexpr (kWide) hn::StoreU(hn::Add(hn::LoadU(d, c + lanes), right##i), d, c + lanes); \
    c += tile.ldc;                                                                             \
  }

// Rows of B that are fetched ahead where they lie a stride apart.
constexpr int kAhead = 24;

// C[i, j] (+)= Σ_k A[i, k] B[k, j] for kRows rows and one vector of columns, or two if kWide. With kKeep,
// which goes with kWide, B's rows are stored to tile.keep on the way.
template <int kRows, bool kWide, bool kKeep>
HWY_NOINLINE void multiply_tile(const Tile& tile) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  HODHOD_EACH_ROW(HODHOD_PREFETCH)
  HODHOD_EACH_ROW(HODHOD_DECLARE)
  const int64_t a_row = tile.a_row, a_column = tile.a_column, ldb = tile.ldb;
  const float* a0 = tile.a;
  [[maybe_unused]] const float* a1 = a0 + 3 * a_row;
  [[maybe_unused]] const float* a2 = a1 + 3 * a_row;
  [[maybe_unused]] const float* a3 = a2 + 3 * a_row;
  [[maybe_unused]] const float* a4 = a3 + 3 * a_row;
  const float* HWY_RESTRICT b = tile.b;
  [[maybe_unused]] float* HWY_RESTRICT keep = tile.keep;
  const float* next = tile.next;
  const int64_t next_step = tile.next_step;
  // Not unrolled: a step is long enough, and fills the registers.
#pragma GCC unroll 1
  for (int64_t k = tile.k; k > 0; --k) {
    if constexpr (kKeep) {
      __builtin_prefetch(b + kAhead * ldb, 0, 2);
      __builtin_prefetch(b + kAhead * ldb + 2 * lanes - 1, 0, 2);
    }
    const auto b_left = hn::LoadU(d, b);
    [[maybe_unused]] const auto b_right = kWide ? hn::LoadU(d, b + lanes) : b_left;
    if constexpr (kKeep) {
      hn::Store(b_left, d, keep);
      hn::Store(b_right, d, keep + lanes);
      keep += 2 * lanes;
    }
    __builtin_prefetch(next, 0, 2);
    next += next_step;
    HODHOD_EACH_ROW(HODHOD_MULTIPLY)
    b += ldb;
    a0 += a_column;
    a1 += a_column;
    a2 += a_column;
    a3 += a_column;
    a4 += a_column;
  }
  float* HWY_RESTRICT c = tile.c;
  if (tile.add) {
    HODHOD_EACH_ROW(HODHOD_ADD)
  } else {
    HODHOD_EACH_ROW(HODHOD_STORE)
  }
}

#undef HODHOD_ADD
#undef HODHOD_STORE
#undef HODHOD_MULTIPLY
#undef HODHOD_ROW
#undef HODHOD_PREFETCH
#undef HODHOD_DECLARE

using TileFunction = void (*)(const Tile&);

// The function for `rows` rows, 1 ≤ rows ≤ kTileRows.
template <bool kWide, bool kKeep>
TileFunction tile_function(int64_t rows) {
#define HODHOD_ENTRY(i) multiply_tile<(i < kTileRows ? i + 1 : 1), kWide, kKeep>,
  static constexpr TileFunction kTable[] = {HODHOD_EACH_ROW(HODHOD_ENTRY)};
#undef HODHOD_ENTRY
  return kTable[rows - 1];
}

#undef HODHOD_EACH_ROW

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
