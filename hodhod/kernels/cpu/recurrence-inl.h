// SPDX-License-Identifier: Apache-2.0
// What the forward and the backward of recurrence share: packed weights, the product of a few rows with them,
// and the walk over steps. Included after foreach_target.h and highway.h, outside any namespace, once per
// target.
//
// A product of n rows with weights is done a panel of columns at a time. A panel holds V vectors for each k,
// so that a tile of up to kTileRows<V> rows keeps all its sums in registers; each sum is added up in the
// order of k, which makes a row's result independent of the tile it falls in.
#if defined(HODHOD_KERNELS_CPU_RECURRENCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_RECURRENCE_INL_H_
#undef HODHOD_KERNELS_CPU_RECURRENCE_INL_H_
#else
#define HODHOD_KERNELS_CPU_RECURRENCE_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <utility>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/recurrence.h"
#include "hodhod/kernels/scratch.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using F = Lanes<D>;

HWY_INLINE int64_t lane_count() { return static_cast<int64_t>(hn::Lanes(D())); }

#if HWY_TARGET == HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int64_t kRegisters = 32;
#else
constexpr int64_t kRegisters = 16;
#endif
// Sums, the vectors or the broadcasts of the narrower side, and one of the other side fit into the registers.
template <int W>
constexpr int64_t kTileRows = W == 4   ? kRegisters * 3 / 16
                              : W == 3 ? kRegisters / 4
                                       : kRegisters * 3 / 8;
// Of a panel of V vectors, how many a tile takes of many rows: with few registers, half of four make a tile
// nearer to a square, so that it loads less for as many sums.
template <int V>
constexpr int kTileVectors = kRegisters == 16 && V == 4 ? 2 : V;
// Vectors of one panel where columns are just columns, not gates.
constexpr int kPlain = 4;

// A cell without gates takes kPlain vectors of hidden units a panel, the others one vector of each gate.
HWY_INLINE int64_t panel_vectors(Cell cell) { return gates_of(cell) == 1 ? kPlain : gates_of(cell); }
HWY_INLINE int64_t panel_units(Cell cell) {
  return gates_of(cell) == 1 ? kPlain * lane_count() : lane_count();
}
HWY_INLINE int64_t panels(int64_t units, int64_t per_panel) { return (units + per_panel - 1) / per_panel; }

// Packs one panel: lane l of vector v at depth k is weight(k, v, unit(v) + l), and zero past the last of
// `units`.
template <class Unit, class Weight>
HWY_INLINE void pack_panel(float* out, int64_t depth, int64_t vectors, int64_t units, const Unit& unit,
                           const Weight& weight) {
  const int64_t lanes = lane_count();
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t v = 0; v < vectors; ++v, out += lanes) {
      const int64_t real = std::clamp<int64_t>(units - unit(v), 0, lanes);
      for (int64_t l = 0; l < real; ++l) out[l] = weight(k, v, unit(v) + l);
      for (int64_t l = real; l < lanes; ++l) out[l] = 0;
    }
  }
}

// The panels of a matrix [columns, depth] (transposed = false) or [depth, columns] for x · Mᵀ or x · M.
HWY_INLINE void pack_plain(const float* matrix, bool transposed, int64_t depth, int64_t columns, float* out) {
  const int64_t lanes = lane_count();
  parallel_for(panels(columns, kPlain * lanes), 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const auto unit = [&](int64_t v) { return (p * kPlain + v) * lanes; };
      float* panel = out + p * depth * kPlain * lanes;
      if (transposed) {
        pack_panel(panel, depth, kPlain, columns, unit,
                   [&](int64_t k, int64_t, int64_t j) { return matrix[k * columns + j]; });
      } else {
        pack_panel(panel, depth, kPlain, columns, unit,
                   [&](int64_t k, int64_t, int64_t j) { return matrix[j * depth + k]; });
      }
    }
  });
}

HWY_INLINE int64_t plain_size(int64_t depth, int64_t columns) {
  return panels(columns, kPlain * lane_count()) * kPlain * lane_count() * depth;
}

// Sums of R rows for W of the V vectors of a panel, kept V vectors apart.
template <int R, int W, int V, size_t... I, size_t... J, size_t... K>
HWY_INLINE void tile_sums(const float* const* rows, const float* HWY_RESTRICT panel, int64_t depth,
                          float* HWY_RESTRICT sums, std::index_sequence<I...>, std::index_sequence<J...>,
                          std::index_sequence<K...>) {
  const D d;
  const int64_t lanes = lane_count();
  const float* HWY_RESTRICT row[R] = {rows[I]...};
  hn::Vec<D> sum[R * W] = {((void)J, hn::Zero(d))...};
  for (int64_t k = 0; k < depth; ++k, panel += V * lanes) {
    // The side with fewer vectors waits in registers, and the other comes one at a time: with the sums, no
    // more than kRegisters are in use.
    if constexpr (W < R) {
      const hn::Vec<D> b[W] = {hn::Load(d, panel + K * lanes)...};
      ((sum[J] = hn::MulAdd(hn::Set(d, row[J / W][k]), b[J % W], sum[J])), ...);
    } else {
      const hn::Vec<D> a[R] = {hn::Set(d, row[I][k])...};
      ((sum[J] = hn::MulAdd(a[J / W], hn::Load(d, panel + J % W * lanes), sum[J])), ...);
    }
  }
  (hn::Store(sum[J], d, sums + (J / W * V + J % W) * lanes), ...);
}

template <int R, int W, int V>
void tile(const float* const* rows, const float* panel, int64_t depth, float* sums) {
  tile_sums<R, W, V>(rows, panel, depth, sums, std::make_index_sequence<R>(),
                     std::make_index_sequence<R * W>(), std::make_index_sequence<W>());
}

template <int W, int V, size_t... R>
HWY_INLINE void tile_of(int64_t rows_in_tile, const float* const* rows, const float* panel, int64_t depth,
                        float* sums, std::index_sequence<R...>) {
  using Tile = void (*)(const float* const*, const float*, int64_t, float*);
  static constexpr Tile kTiles[] = {tile<static_cast<int>(R) + 1, W, V>...};
  kTiles[rows_in_tile - 1](rows, panel, depth, sums);
}

// `count` rows in tiles of equal size, W vectors of the panel at a time.
template <int W, int V>
HWY_INLINE void tiles_of(const float* const* rows, int64_t count, const float* panel, int64_t depth,
                         float* sums) {
  const int64_t lanes = lane_count(), tiles = (count + kTileRows<W> - 1) / kTileRows<W>;
  for (int64_t w = 0; w < V; w += W) {
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t begin = count * i / tiles, end = count * (i + 1) / tiles;
      tile_of<W, V>(end - begin, rows + begin, panel + w * lanes, depth, sums + (begin * V + w) * lanes,
                    std::make_index_sequence<kTileRows<W>>());
    }
  }
}

// Calls epilogue(i, sums) for each of the `count` rows, with sums [V, lanes] = rows[i] · panel.
template <int V, class Epilogue>
HWY_INLINE void multiply_rows(const float* const* rows, int64_t count, const float* panel, int64_t depth,
                              const Epilogue& epilogue) {
  constexpr int W = kTileVectors<V>;
  constexpr int64_t kTogether = 4 * kTileRows<W>;
  HWY_ALIGN float sums[kTogether * V * hn::MaxLanes(D())];
  const int64_t lanes = lane_count();
  for (int64_t begin = 0; begin < count; begin += kTogether) {
    const int64_t n = std::min(count - begin, kTogether);
    if (n <= kTileRows<V>) {
      tiles_of<V, V>(rows + begin, n, panel, depth, sums);
    } else {
      tiles_of<W, V>(rows + begin, n, panel, depth, sums);
    }
    for (int64_t r = 0; r < n; ++r) epilogue(begin + r, sums + r * V * lanes);
  }
}

// Vectors at a place where `count` elements remain; nothing past them is touched.
HWY_INLINE F load_some(const float* from, int64_t count) {
  if (count >= lane_count()) return F::load(from);
  return load_first(D(), from, static_cast<size_t>(count));
}
HWY_INLINE void store_some(F v, float* to, int64_t count) {
  if (count >= lane_count()) return v.store(to);
  store_first(v.v, D(), to, static_cast<size_t>(count));
}

// Where the steps of a row lie. Steps are numbered in the order of the recurrence, from 0 to the row's
// length.
struct Walk {
  const RecurrenceShape& shape;

  HWY_INLINE int64_t length(int64_t b) const { return shape.lengths ? shape.lengths[b] : shape.steps; }
  HWY_INLINE int64_t row(int64_t b, int64_t step) const {
    const int64_t t = shape.reverse ? length(b) - 1 - step : step;
    return b * shape.row_step + t * shape.time_step;
  }
};

// Many rows are divided over the threads, and each thread takes its own through all steps without waiting for
// the others; with few rows, the panels of every step are divided instead.
HWY_INLINE bool step_by_step(int64_t batch) {
  return thread_count() > 1 && batch < 8 * int64_t{thread_count()};
}
HWY_INLINE int64_t row_grain(int64_t batch) {
  return std::max<int64_t>(8, (batch + thread_count() - 1) / thread_count());
}
// Panels that are worth another thread's attention: about five microseconds of work.
HWY_INLINE int64_t panel_grain(int64_t rows, int64_t depth, int64_t vectors) {
  constexpr int64_t kMultiplyAdds = int64_t{1} << 19;
  const int64_t panel = std::max<int64_t>(1, rows * depth * vectors * lane_count());
  return (kMultiplyAdds + panel - 1) / panel;
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled per target
