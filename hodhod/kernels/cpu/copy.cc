// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/copy.h"

#include <algorithm>
#include <cstring>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/copy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using Four = hn::CappedTag<uint32_t, 4>;

// Four rows of four become four columns.
HWY_INLINE void transpose_4x4(const uint32_t* from, int64_t from_step, uint32_t* to, int64_t to_step) {
  const Four d;
  const hn::RepartitionToWide<Four> wide;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + from_step);
  const auto c = hn::LoadU(d, from + 2 * from_step);
  const auto e = hn::LoadU(d, from + 3 * from_step);
  const auto ab_low = hn::BitCast(wide, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(wide, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(wide, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(wide, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, ab_low, ce_low)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, ab_low, ce_low)), d, to + to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(wide, ab_high, ce_high)), d, to + 2 * to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(wide, ab_high, ce_high)), d, to + 3 * to_step);
}

// to[c · to_step + r] = from[r · from_step + c] for r < rows, c < columns
void transpose_tile(const uint32_t* from, int64_t from_step, uint32_t* to, int64_t to_step, int64_t rows,
                    int64_t columns) {
  const int64_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (int64_t c = 0; c < whole_columns; c += 4) {
    for (int64_t r = 0; r < whole_rows; r += 4) {
      transpose_4x4(from + r * from_step + c, from_step, to + c * to_step + r, to_step);
    }
  }
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = c < whole_columns ? whole_rows : 0; r < rows; ++r) {
      to[c * to_step + r] = from[r * from_step + c];
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels {
namespace cpu {
HWY_EXPORT(transpose_tile);
}
namespace {

// Rows and columns of a tile, whose cache lines on both sides stay in the first-level cache.
constexpr int64_t kTile = 64;

// The loops sorted by their stride in `to`, so that writing runs forward, and then joined.
Nest<2> in_order_of_writing(const Nest<2>& nest) {
  Nest<2> sorted;
  for (int i = 0; i < nest.rank; ++i) {
    // Insertion sort, stable.
    int at = sorted.rank++;
    for (; at > 0 && sorted.strides[1][at - 1] < nest.strides[1][i]; --at) {
      sorted.shape[at] = sorted.shape[at - 1];
      for (Extents& steps : sorted.strides) steps[at] = steps[at - 1];
    }
    sorted.shape[at] = nest.shape[i];
    for (int k = 0; k < 2; ++k) sorted.strides[k][at] = nest.strides[k][i];
  }
  return coalesce(sorted);
}

template <class U>
void transpose(const U* from, int64_t from_step, U* to, int64_t to_step, int64_t rows, int64_t columns) {
  if constexpr (sizeof(U) == 4) {
    using namespace cpu;  // NOLINT: the dispatch table's namespace
    HWY_DYNAMIC_DISPATCH(transpose_tile)(from, from_step, to, to_step, rows, columns);
  } else {
    for (int64_t c = 0; c < columns; ++c) {
      for (int64_t r = 0; r < rows; ++r) to[c * to_step + r] = from[r * from_step + c];
    }
  }
}

// `across` is the loop that runs forward in `from`, the last one runs forward in `to`: tile by tile.
template <class U>
void copy_transposed(const Nest<2>& nest, int across, const U* from, U* to) {
  const int along = nest.rank - 1;
  const int64_t rows = nest.shape[along], columns = nest.shape[across];
  const int64_t row_tiles = (rows + kTile - 1) / kTile, column_tiles = (columns + kTile - 1) / kTile;
  Nest<2> outer;
  for (int i = 0; i < along; ++i) {
    if (i == across) continue;
    outer.shape[outer.rank] = nest.shape[i];
    for (int k = 0; k < 2; ++k) outer.strides[k][outer.rank] = nest.strides[k][i];
    ++outer.rank;
  }
  outer = coalesce(outer);
  const int64_t tiles = row_tiles * column_tiles;
  const int64_t grain = row_grain(std::min(rows, kTile) * std::min(columns, kTile));
  parallel_for(outer.count() * tiles, grain, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t row = unit % tiles / column_tiles * kTile, column = unit % column_tiles * kTile;
      for_each_piece(outer, unit / tiles, unit / tiles + 1, [&](const auto& at, int64_t) {
        transpose(from + at[0] + row * nest.strides[0][along] + column, nest.strides[0][along],
                  to + at[1] + column * nest.strides[1][across] + row, nest.strides[1][across],
                  std::min(kTile, rows - row), std::min(kTile, columns - column));
      });
    }
  });
}

template <class U>
void copy_elements(const Nest<2>& nest, const U* from, U* to) {
  const int inner = nest.rank - 1;
  const int64_t from_step = nest.strides[0][inner], to_step = nest.strides[1][inner];
  if (from_step != 1 && from_step != 0 && to_step == 1) {
    for (int i = 0; i < inner; ++i) {
      if (nest.strides[0][i] == 1 && nest.shape[i] >= 4) return copy_transposed(nest, i, from, to);
    }
  }
  parallel_for(nest.count(), kGrain, [&](int64_t begin, int64_t end) {
    for_each_piece(nest, begin, end, [&](const auto& at, int64_t length) {
      const U* source = from + at[0];
      U* target = to + at[1];
      if (from_step == 1 && to_step == 1) {
        std::memcpy(target, source, static_cast<size_t>(length) * sizeof(U));
      } else if (from_step == 0 && to_step == 1) {
        std::fill_n(target, length, *source);
      } else {
        for (int64_t i = 0; i < length; ++i) target[i * to_step] = source[i * from_step];
      }
    });
  });
}

template <class U>
void copy_as(const CopyArgs& args) {
  copy_elements(in_order_of_writing(args.nest), static_cast<const U*>(args.from), static_cast<U*>(args.to));
}

// Whether an operand's elements stand one behind the other in the order of the loops.
bool is_dense(const Nest<2>& nest, const Extents& strides) {
  int64_t step = 1;
  for (int i = nest.rank - 1; i >= 0; --i) {
    if (nest.shape[i] != 1 && strides[i] != step) return false;
    step *= nest.shape[i];
  }
  return true;
}

template <class U>
void fill_as(const FillArgs& args) {
  const Nest<1> nest = coalesce(args.nest);
  const int64_t step = nest.strides[0][nest.rank - 1];
  const U element = *static_cast<const U*>(args.element);
  parallel_for(nest.count(), kGrain, [&](int64_t begin, int64_t end) {
    for_each_piece(nest, begin, end, [&](const auto& at, int64_t length) {
      U* to = static_cast<U*>(args.to) + at[0];
      if (step == 1) {
        std::fill_n(to, length, element);
      } else {
        for (int64_t i = 0; i < length; ++i) to[i * step] = element;
      }
    });
  });
}

}  // namespace

namespace cpu {

void copy(const CopyArgs& args) {
  if (is_dense(args.nest, args.nest.strides[0]) && is_dense(args.nest, args.nest.strides[1])) {
    parallel_for(args.nest.count() * args.size, 4 * kGrain, [&](int64_t begin, int64_t end) {
      std::memcpy(static_cast<std::byte*>(args.to) + begin, static_cast<const std::byte*>(args.from) + begin,
                  static_cast<size_t>(end - begin));
    });
    return;
  }
  switch (args.size) {
    case 1:
      return copy_as<uint8_t>(args);
    case 2:
      return copy_as<uint16_t>(args);
    case 4:
      return copy_as<uint32_t>(args);
    default:
      return copy_as<uint64_t>(args);
  }
}

void fill(const FillArgs& args) {
  switch (args.size) {
    case 1:
      return fill_as<uint8_t>(args);
    case 2:
      return fill_as<uint16_t>(args);
    case 4:
      return fill_as<uint32_t>(args);
    default:
      return fill_as<uint64_t>(args);
  }
}

}  // namespace cpu
}  // namespace hodhod::kernels
#endif
