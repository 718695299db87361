// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/product.h"

#include <algorithm>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/product_plan.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"
#include "hodhod/kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/product.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/product_epilogue-inl.h"
#include "hodhod/kernels/cpu/product_pack-inl.h"
#include "hodhod/kernels/cpu/product_thin-inl.h"
#include "hodhod/kernels/cpu/product_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace {

// Rows of A that are packed together: a block of them, [rows, kProductBlock], should stay in a core's
// second-level cache.
constexpr int64_t kBlockRows = 112 / kTileRows * kTileRows;
// Columns of B that a task packs; they then stay in the third-level cache.
constexpr int64_t kTaskColumns = 1024;
constexpr int64_t kTaskRows = 2048;
// A tile needs a place in the first-level cache for each row of A. With a stride that maps rows to the same
// places, only a few rows fit, unless they evict each other from the second-level cache too.
constexpr int64_t kCrowdedRows = std::min(10, kTileRows);
constexpr int64_t kBadStride = 4 * kCrowdedStride;
// Elements of a B that is too large for the second-level cache.
constexpr int64_t kLargeB = 1 << 20;
constexpr int64_t kMostPanels = kBlockRows / kCrowdedRows + 1;

int64_t lanes() { return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>())); }
int64_t strip_width() { return 2 * lanes(); }

// Where the strip that begins at column j (a multiple of the width) has its rows k0 …, k0 being a block's
// first.
int64_t packed_offset(const PackedMatrix& b, int64_t k0, int64_t j) {
  return k0 * ceil_div(b.n(), strip_width()) * strip_width() + j * std::min(kProductBlock, b.k() - k0);
}

// One rectangle of one matrix of the batch, computed by one thread.
class Task {
 public:
  Task(const ProductArgs<float>& args, int64_t batch, Range rows, Range columns)
      : args_(args),
        a_(args.a.data + batch * args.a.batch_stride),
        b_(args.b.data ? args.b.data + batch * args.b.batch_stride : nullptr),
        offset_(batch * args.c_batch_stride),
        rows_(rows),
        columns_(columns) {}

  void run() {
    const int64_t width = strip_width();
    const int64_t depth = std::min(args_.k, kProductBlock);
    Scratch scratch;
    if (copies_a())
      a_packed_ = scratch.get<float>((std::min(rows_.size(), kBlockRows) + 2 * kLine) * (depth + 2 * kLine));
    if (!args_.packed_b) b_packed_ = scratch.get<float>(ceil_div(columns_.size(), width) * width * depth);
    edge_ = scratch.get<float>(kTileRows * width);
    for (int64_t k0 = 0; k0 < args_.k; k0 += kProductBlock) {
      k_ = {k0, std::min(args_.k, k0 + kProductBlock)};
      const int64_t blocks = ceil_div(rows_.size(), kBlockRows);
      for (int64_t i = 0; i < blocks; ++i) {
        const bool last = i + 1 == blocks;
        const Range later = piece(rows_, blocks, last ? 0 : i + 1);
        later_a_ = a_ + later.begin * args_.a.stride + (last ? k_.end : k_.begin);
        later_rows_ = args_.a.transpose || (last && k_.end == args_.k) ? 0 : later.size();
        run_block(piece(rows_, blocks, i));
      }
    }
  }

 private:
  // A is read in place unless many strips read it and would not find it in the caches, as when each element
  // of a row lies on another line.
  bool copies_a() const {
    return (args_.a.transpose || args_.a.stride % kBadStride == 0) && columns_.size() > 4 * strip_width();
  }

  // If there are few tiles, all read the rows of B in place. If B is large, or its stride is such that the
  // cache cannot hold a strip, only one tile does, and prefetches them.
  bool reads_b() const {
    const bool crowded = args_.b.stride % (kCrowdedStride / 2) == 0, large = args_.k * args_.n > kLargeB;
    return rows_.size() <= (crowded ? 1 : large ? 2 : 12) * kTileRows;
  }

  void run_block(Range rows) {
    set_a(rows);
    const int64_t width = strip_width();
    for (int64_t j = columns_.begin; j < columns_.end; j += width) {
      run_strip(rows, {j, std::min(columns_.end, j + width)});
    }
  }

  // The places of the block's rows of A for the tiles.
  void set_a(Range rows) {
    const bool transpose = args_.a.transpose, crowded = !copies_a() && args_.a.stride % kCrowdedStride == 0;
    panels_ = ceil_div(rows.size(), crowded && !transpose ? kCrowdedRows : kTileRows);
    for (int64_t i = 0; i < panels_; ++i) panel_rows_[i] = piece({0, rows.size()}, panels_, i);
    const int64_t stride = args_.a.stride;
    a_block_ = a_ + (transpose ? k_.begin * stride + rows.begin : rows.begin * stride + k_.begin);
    a_row_ = transpose ? 1 : stride;
    a_column_ = transpose ? stride : 1;
    if (copies_a()) pack_a(rows.size());
  }

  // Rows are an odd number of cache lines apart, which spreads them over all sets of a cache. A tile reads a
  // row from end to end, also of a transposed A.
  void pack_a(int64_t rows) {
    const int64_t stride = (ceil_div(k_.size(), kLine) | 1) * kLine;
    if (args_.a.transpose) {
      pack_rows(a_block_, a_column_, k_.size(), rows, a_packed_, stride);
    } else {
      copy(rows, k_.size(), a_block_, a_row_, a_packed_, stride);
    }
    a_row_ = stride;
    a_column_ = 1;
    a_block_ = a_packed_;
  }

  void run_strip(Range rows, Range columns) const {
    const int64_t width = strip_width();
    const bool whole = columns.size() == width;
    const bool wide = columns.size() > lanes();
    const int64_t stored_width = wide ? width : lanes();
    const bool first = rows.begin == rows_.begin;
    Tile tile = {.k = k_.size(),
                 .a = nullptr,
                 .a_row = a_row_,
                 .a_column = a_column_,
                 .b = nullptr,
                 .ldb = stored_width,
                 .next = nullptr,
                 .next_step = 0,
                 .keep = nullptr,
                 .c = nullptr,
                 .ldc = args_.c_stride,
                 .add = args_.accumulate || k_.begin > 0};
    bool keep = false;
    if (args_.packed_b) {
      tile.b = args_.packed_b->data() + packed_offset(*args_.packed_b, k_.begin, columns.begin);
      tile.ldb = width;
    } else {
      float* strip = b_packed_ + (columns.begin - columns_.begin) * k_.size();
      tile.b = strip;
      if (whole && !args_.b.transpose && (first || reads_b())) {
        // The first tile reads B in place and packs it for the others.
        tile.b = b_ + k_.begin * args_.b.stride + columns.begin;
        tile.ldb = args_.b.stride;
        keep = !reads_b();
        tile.keep = strip;
      } else if (first) {
        pack_b(columns, strip, stored_width);
      }
    }
    int64_t later_row = (columns.begin - columns_.begin) / width * panels_;
    for (int64_t i = 0; i < panels_; ++i) {
      const Range panel = panel_rows_[i];
      tile.a = a_block_ + panel.begin * a_row_;
      // Prefetching lines that are already in the cache, or on their way, is cheapest.
      const bool fetch = later_row < later_rows_, near = a_column_ == 1;
      tile.next = fetch ? later_a_ + later_row * args_.a.stride : near ? tile.a : tile.b;
      tile.next_step = fetch || near ? 1 : tile.ldb;
      ++later_row;
      run_tile(tile, {rows.begin + panel.begin, rows.begin + panel.end}, columns, wide, keep);
      if (keep) {
        keep = false;
        tile.b = tile.keep;
        tile.ldb = width;
      }
    }
  }

  void pack_b(Range columns, float* to, int64_t width) const {
    if (args_.b.transpose) {
      pack_rows(b_ + columns.begin * args_.b.stride + k_.begin, args_.b.stride, columns.size(), k_.size(), to,
                width);
    } else {
      pack_columns(b_ + k_.begin * args_.b.stride + columns.begin, args_.b.stride, columns.size(), k_.size(),
                   to, width);
    }
  }

  // The tile is the caller's: a copy would wait for the stores of the tile before it.
  void run_tile(Tile& tile, Range rows, Range columns, bool wide, bool keep) const {
    float* const c = args_.c + offset_ + rows.begin * args_.c_stride + columns.begin;
    const bool whole = columns.size() == (wide ? strip_width() : lanes());
    tile.c = whole ? c : edge_;
    tile.ldc = whole ? args_.c_stride : strip_width();
    if (!whole && tile.add) copy(rows.size(), columns.size(), c, args_.c_stride, edge_, tile.ldc);
    const TileFunction multiply = keep   ? tile_function<true, true>(rows.size())
                                  : wide ? tile_function<true, false>(rows.size())
                                         : tile_function<false, false>(rows.size());
    multiply(tile);
    if (!whole) copy(rows.size(), columns.size(), edge_, tile.ldc, c, args_.c_stride);
    if (k_.end == args_.k) {
      finish(args_, offset_, rows.begin, rows.size(), columns.begin, columns.size());
    }
  }

  static void copy(int64_t rows, int64_t columns, const float* from, int64_t from_stride, float* to,
                   int64_t to_stride) {
    for (int64_t i = 0; i < rows; ++i) std::copy_n(from + i * from_stride, columns, to + i * to_stride);
  }

  const ProductArgs<float>& args_;
  const float* a_;
  const float* b_;
  int64_t offset_;  // of the matrix in c
  Range rows_;
  Range columns_;
  const float* later_a_ = nullptr;  // the next block's rows of A, of which each tile fetches one
  int64_t later_rows_ = 0;
  Range k_ = {0, 0};                // of the current block
  int64_t panels_ = 0;              // of a block's rows
  Range panel_rows_[kMostPanels];   // counted from the block's first
  const float* a_block_ = nullptr;  // of A
  int64_t a_row_ = 0;
  int64_t a_column_ = 0;
  float* a_packed_ = nullptr;
  float* b_packed_ = nullptr;
  float* edge_ = nullptr;  // a tile of C that is narrower than its vectors
};

void run_tiles(const ProductArgs<float>& args) {
  const int64_t width = strip_width();
  const int64_t strips = ceil_div(args.n, width);
  const ProductPlan plan = plan_product({.batch = args.batch,
                                         .m = args.m,
                                         .strips = strips,
                                         .strip_width = width,
                                         .k = args.k,
                                         .tile_rows = kTileRows,
                                         .most_rows = kTaskRows,
                                         .most_strips = kTaskColumns / width,
                                         .pack_b = args.packed_b      ? 0.0
                                                   : args.b.transpose ? 0.2
                                                                      : 0.05,
                                         .threads = thread_count()});
  const int64_t count = args.batch * plan.row_pieces * plan.strip_pieces;
  parallel_for(count, plan.grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Range rows = piece({0, args.m}, plan.row_pieces, i % plan.row_pieces);
      const Range s = piece({0, strips}, plan.strip_pieces, i / plan.row_pieces % plan.strip_pieces);
      Task(args, i / (plan.row_pieces * plan.strip_pieces), rows,
           {s.begin * width, std::min(args.n, s.end * width)})
          .run();
    }
  });
}

// One row: threads take columns, in whole pairs of vectors.
void run_row(const ProductArgs<float>& args, int64_t batch) {
  const bool gather = args.a.transpose && args.a.stride != 1;
  Scratch scratch;
  const float* x = args.a.data + batch * args.a.batch_stride;
  if (gather) {
    float* const copy = scratch.get<float>(args.k);
    for (int64_t p = 0; p < args.k; ++p) copy[p] = x[p * args.a.stride];
    x = copy;
  }
  const float* const b = args.packed_b ? nullptr : args.b.data + batch * args.b.batch_stride;
  const int64_t width = strip_width();
  const int64_t strips = ceil_div(args.n, width);
  const int64_t offset = batch * args.c_batch_stride;
  const auto block = [&](int64_t k0, int64_t j) {
    return Thin{.k = std::min(kProductBlock, args.k - k0),
                .x = x + k0,
                .b = nullptr,
                .stride = args.b.stride,
                .pair_stride = width,
                .c = args.c + offset + j,
                .add = args.accumulate || k0 > 0};
  };
  const auto body = [&](int64_t begin, int64_t end) {
    const int64_t first = begin * width;
    const int64_t last = std::min(args.n, end * width);
    if (args.packed_b || !args.b.transpose) {
      for (int64_t k0 = 0; k0 < args.k; k0 += kProductBlock) {
        Thin thin = block(k0, first);
        if (args.packed_b) {
          thin.b = args.packed_b->data() + packed_offset(*args.packed_b, k0, first);
          thin.stride = width;
          thin.pair_stride = thin.k * width;
        } else {
          thin.b = b + k0 * args.b.stride + first;
        }
        multiply_thin(thin, last - first);
      }
    } else {
      // Each row of B is read to its end before the next ones.
      for (int64_t j = first; j < last; j += 2 * kGroup) {
        for (int64_t k0 = 0; k0 < args.k; k0 += kProductBlock) {
          Thin thin = block(k0, j);
          thin.b = b + j * args.b.stride + k0;
          multiply_two_groups(thin, std::min(2 * kGroup, last - j));
        }
      }
    }
    finish(args, offset, 0, 1, first, last - first);
  };
  parallel_for(strips, row_grain(strips, width * args.k, thread_count()), body);
}

// Without terms to sum, c still gets its epilogue.
void run_empty(const ProductArgs<float>& args) {
  for (int64_t batch = 0; batch < args.batch; ++batch) {
    const int64_t offset = batch * args.c_batch_stride;
    if (!args.accumulate) {
      for (int64_t i = 0; i < args.m; ++i) std::fill_n(args.c + offset + i * args.c_stride, args.n, 0.0f);
    }
    finish(args, offset, 0, args.m, 0, args.n);
  }
}

}  // namespace

void product_loop(const ProductArgs<float>& args) {
  if (args.batch == 0 || args.m == 0 || args.n == 0) return;
  if (args.k == 0) {
    run_empty(args);
  } else if (args.m == 1 && args.batch == 1) {
    run_row(args, 0);
  } else if (args.m == 1) {
    parallel_for(args.batch, std::max<int64_t>(1, kWorthAThread / (args.n * args.k)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) run_row(args, i);
                 });
  } else {
    run_tiles(args);
  }
}

int64_t packed_width() { return strip_width(); }

// [k blocks, strips, k of the block, strip width], the last strip padded with zeros; the strips [begin, end).
void pack_strips(const PackedMatrix& packed, const float* b, int64_t stride, bool transpose, int64_t begin,
                 int64_t end, float* to) {
  const int64_t width = strip_width();
  for (int64_t k0 = 0; k0 < packed.k(); k0 += kProductBlock) {
    const int64_t depth = std::min(kProductBlock, packed.k() - k0);
    for (int64_t j = begin * width; j < std::min(packed.n(), end * width); j += width) {
      const int64_t columns = std::min(width, packed.n() - j);
      float* const strip = to + packed_offset(packed, k0, j);
      if (transpose) {
        if (columns < width) std::fill_n(strip, depth * width, 0.0f);
        pack_rows(b + j * stride + k0, stride, columns, depth, strip, width);
      } else {
        pack_columns(b + k0 * stride + j, stride, columns, depth, strip, width);
      }
    }
  }
}

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels {
namespace cpu {

HWY_EXPORT(product_loop);
HWY_EXPORT(pack_strips);
HWY_EXPORT(packed_width);

void product(const ProductArgs<float>& args) { HWY_DYNAMIC_DISPATCH(product_loop)(args); }

}  // namespace cpu

int64_t PackedMatrix::size(int64_t k, int64_t n) {
  const int64_t width = HWY_DYNAMIC_DISPATCH(cpu::packed_width)();
  return k * cpu::ceil_div(n, width) * width;
}

PackedMatrix::PackedMatrix(const float* b, int64_t stride, bool transpose, int64_t k, int64_t n,
                           float* memory)
    : k_(k), n_(n), data_(memory) {
  const int64_t width = HWY_DYNAMIC_DISPATCH(cpu::packed_width)();
  parallel_for(cpu::ceil_div(n, width), kernels::row_grain(k * width), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(cpu::pack_strips)(*this, b, stride, transpose, begin, end, memory);
  });
}

}  // namespace hodhod::kernels
#endif
