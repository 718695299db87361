// SPDX-License-Identifier: Apache-2.0
// What attention's forward and backward passes share: which keys a query sees, scores of a block of queries
// against a tile of keys, and dropout.
//
// Work goes over blocks of up to 48 queries of one head and tiles of 64 keys. Scores are kept in units of log
// 2, so that exp is exp2: q is packed as q · scale · log2 e.

#if defined(HODHOD_KERNELS_CPU_ATTENTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_ATTENTION_INL_H_
#undef HODHOD_KERNELS_CPU_ATTENTION_INL_H_
#else
#define HODHOD_KERNELS_CPU_ATTENTION_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/attention.h"
#include "hodhod/kernels/cpu/attention_tile-inl.h"
#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/scratch.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace attention_tile {

constexpr int64_t kBlock =
    48;  // queries of a block: the scores of a block and a tile of keys fit the first cache
constexpr float kLog2E = 1.4426950408889634f;
constexpr float kLn2 = 0.6931471805599453f;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Interval {
  int64_t begin, end;
  bool empty() const { return begin >= end; }
};
inline Interval intersect(Interval a, Interval b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

inline int64_t lanes() { return static_cast<int64_t>(hn::Lanes(Floats())); }
inline int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

template <class T>
T* head_at(T* base, const HeadStrides& strides, int64_t b, int64_t t, int64_t h) {
  return base + b * strides.batch + t * strides.time + h * strides.head;
}

// The arguments with what follows from them.
struct Problem {
  explicit Problem(const AttentionArgs<float>& arguments)
      : args(arguments),
        group(arguments.heads / arguments.kv_heads),
        width(round_up(arguments.head_size, lanes())),
        tiles((arguments.keys + kTile - 1) / kTile),
        scale(static_cast<float>(arguments.scale)),
        q_factor(static_cast<float>(arguments.scale * 1.4426950408889634)),
        cap(static_cast<float>(arguments.cap * 1.4426950408889634)) {}

  int64_t offset(int64_t b) const { return args.offset ? args.offset[b] : 0; }
  // Queries of row b that are not padding.
  int64_t queries(int64_t b) const {
    return args.query_length ? std::clamp(args.query_length[b], int64_t{0}, args.queries) : args.queries;
  }
  Interval keys(int64_t b) const {
    return intersect({0, args.keys},
                     {args.key_start ? args.key_start[b] : 0, args.key_end ? args.key_end[b] : args.keys});
  }
  // Keys that query i sees; both ends grow with i.
  Interval visible(int64_t b, int64_t i) const {
    const int64_t position = i + offset(b);
    return intersect(keys(b), {position - args.left, position + args.right + 1});
  }
  // Keys that any of queries [first, first + count) sees.
  Interval visible(int64_t b, int64_t first, int64_t count) const {
    if (count <= 0) return {0, 0};
    return {visible(b, first).begin, visible(b, first + count - 1).end};
  }

  const AttentionArgs<float>& args;
  int64_t group;
  int64_t width;  // head_size rounded up to whole vectors
  int64_t tiles;
  float scale;
  float q_factor;
  float cap;  // in units of log 2, as the products; 0: none
};

// Keys of tile `tile` that stand in `keys`.
inline Interval in_tile(Interval keys, int64_t tile) {
  return intersect(keys, {tile * kTile, (tile + 1) * kTile});
}

// The keys of a tile, or its values, of one head: row x of the tile.
struct TileRows {
  const float* pages[kTile / kPage] = {};  // null where no key of the page is visible
  int64_t stride;

  const float* operator[](int64_t x) const { return pages[x / kPage] + x % kPage * stride; }
};

inline TileRows rows_of_tile(const AttentionArgs<float>& args, const float* base, const HeadStrides& strides,
                             int64_t b, int64_t kv, int64_t tile, Interval visible) {
  TileRows rows{.stride = strides.time};
  for (int64_t i = 0; i < kTile / kPage; ++i) {
    const int64_t first = tile * kTile + i * kPage;
    if (intersect(visible, {first, first + kPage}).empty()) continue;
    rows.pages[i] = args.pages ? head_at(base, strides, args.pages[b * args.row_pages + first / kPage], 0, kv)
                               : head_at(base, strides, b, first, kv);
  }
  return rows;
}

// Calls body(x) for vectors x = 0, lanes … before `end`.
template <class Body>
HWY_INLINE void for_vectors(int64_t end, const Body& body) {
  if (end == kTile) {
    // Of known length, which most rows have: the compiler unrolls it.
    for (int64_t x = 0; x < kTile; x += lanes()) body(x);
  } else {
    for (int64_t x = 0; x < end; x += lanes()) body(x);
  }
}

// Keys [keys.begin, keys.end) of a tile as columns: to[d, x] = from[x][d]; zeros for other keys of their
// vectors.
inline void pack_keys_transposed(const Problem& problem, const TileRows& from, int64_t tile, Interval keys,
                                 const float* zeros, float* to) {
  const float* rows[kTile];
  const int64_t first = tile * kTile;
  for (int64_t x = 0; x < kTile; ++x) {
    const int64_t j = first + x;
    rows[x] = j >= keys.begin && j < keys.end ? from[x] : zeros;
  }
  pack_transposed(rows, keys.end - first, problem.args.head_size, to);
}

// The same as rows, `width` apart: to[x, d]; other rows stay as they are.
inline void pack_keys(const Problem& problem, const TileRows& from, int64_t tile, Interval keys, float* to) {
  for (int64_t x = keys.begin - tile * kTile; x < keys.end - tile * kTile; ++x) {
    pack_row(from[x], problem.args.head_size, problem.width, 1.0f, to + x * problem.width);
  }
}

// Lanes p[x + lane] for begin ≤ x + lane < end, zeros elsewhere, where nothing is read.
HWY_INLINE V load_inside(const float* p, int64_t x, int64_t begin, int64_t end) {
  const Floats d;
  if (x >= begin && x + lanes() <= end) return hn::LoadU(d, p + x);
  HWY_ALIGN float inside[16] = {};
  const int64_t from = std::max(x, begin), to = std::min(x + lanes(), end);
  for (int64_t i = from; i < to; ++i) inside[i - x] = p[i];
  return hn::Load(d, inside);
}

// A query against a tile: the visible keys counted from the tile's first, and where its biases for that first
// key would stand (null if none).
struct RowOfTile {
  int64_t begin, end;
  const float* distance_bias;
  const float* bias;
  float cap;

  bool empty() const { return begin >= end; }

  // Lanes that hold visible keys, for vector x.
  HWY_INLINE hn::Mask<Floats> mask(int64_t x) const {
    const Floats d;
    const V index = hn::Iota(d, static_cast<float>(x));
    return hn::And(hn::Ge(index, hn::Set(d, static_cast<float>(begin))),
                   hn::Lt(index, hn::Set(d, static_cast<float>(end))));
  }
  HWY_INLINE bool covers(int64_t x) const { return x >= begin && x + lanes() <= end; }
  // Whether products before `last` are scores as they are.
  HWY_INLINE bool is_plain(int64_t last) const {
    return begin <= 0 && end >= last && !distance_bias && !bias && cap == 0;
  }

  // tanh(product / cap)
  HWY_INLINE V share_of_cap(V product) const {
    return tanh(Lanes<Floats>(hn::Mul(product, hn::Set(Floats(), 1 / cap)))).v;
  }

  // The product for keys x …, capped, with biases added, −∞ where not visible.
  HWY_INLINE V score(V product, int64_t x) const {
    const Floats d;
    if (cap > 0) product = hn::Mul(share_of_cap(product), hn::Set(d, cap));
    if (distance_bias) {
      product = hn::MulAdd(load_inside(distance_bias, x, begin, end), hn::Set(d, kLog2E), product);
    }
    if (bias) product = hn::MulAdd(load_inside(bias, x, begin, end), hn::Set(d, kLog2E), product);
    if (covers(x)) return product;
    return hn::IfThenElse(mask(x), product, hn::Set(d, -kInfinity));
  }
};

// Queries [first, first + count) of row b and head h, none of them padding, count ≤ kBlock.
struct Block {
  int64_t b, h, first, count;
};

inline RowOfTile row_of_tile(const Problem& problem, const Block& block, int64_t row, int64_t tile) {
  const AttentionArgs<float>& args = problem.args;
  const int64_t i = block.first + row, start = tile * kTile;
  const Interval keys = in_tile(problem.visible(block.b, i), tile);
  RowOfTile view{keys.begin - start, keys.end - start, nullptr, nullptr, problem.cap};
  if (args.distance_bias) {
    view.distance_bias = args.distance_bias + block.h * args.distances + args.distance_zero + start - i -
                         problem.offset(block.b);
  }
  if (args.bias) {
    view.bias =
        args.bias + block.b * args.bias_batch + block.h * args.bias_head + i * args.bias_query + start;
  }
  return view;
}

// Rows [row, row + count) of a block against a tile: keys that any of them sees, counted from the tile's
// first.
struct GroupOfTile {
  int64_t row, count;
  Interval keys;
  // Vectors of the tile that need computing.
  int64_t vectors() const { return keys.empty() ? 0 : (keys.end + lanes() - 1) / lanes(); }
};

template <class Body>
HWY_INLINE void for_groups(const Problem& problem, const Block& block, int64_t tile, const Body& body) {
  for (int64_t row = 0; row < block.count; row += kGroup) {
    const int64_t count = std::min(kGroup, block.count - row);
    Interval keys = in_tile(problem.visible(block.b, block.first + row, count), tile);
    keys = {keys.begin - tile * kTile, keys.end - tile * kTile};
    body(GroupOfTile{row, count, keys});
  }
}

// products[row, x] = Σ_d rows[row, d] columns[d, x] for the vectors of the tile that a row's group sees.
inline void multiply_block(const Problem& problem, const Block& block, int64_t tile, const float* rows,
                           const float* columns, float* products) {
  for_groups(problem, block, tile, [&](const GroupOfTile& group) {
    if (group.keys.empty()) return;
    multiply_group<false>(group.count, group.vectors(),
                          {problem.args.head_size, rows + group.row * problem.width, problem.width, columns,
                           kTile, products + group.row * kTile, kTile, nullptr});
  });
}

// Dropout of one head: random bits for a block and a tile at a time.
class Dropout {
 public:
  static constexpr int64_t kWords = (kBlock / 2 + 1) * kTile;

  Dropout(const AttentionArgs<float>& args, int64_t b, int64_t h)
      : rng_(Rng(args.seed, args.stream).fork(static_cast<uint64_t>(b * args.heads + h))),
        drop_(static_cast<int32_t>(args.drop)),
        factor_(65536.0f / (65536.0f - static_cast<float>(args.drop))) {}

  explicit operator bool() const { return drop_ != 0; }

  // Bits for queries at positions [position, position + count) and the keys of `tile`, into words[kWords].
  void draw(int64_t position, int64_t count, int64_t tile, uint32_t* words) {
    words_ = words;
    first_pair_ = position / 2;
    position_ = position;
    const int64_t last_pair = (position + count - 1) / 2;
    for (int64_t pair = first_pair_; pair <= last_pair; ++pair) {
      draw_pair(static_cast<uint32_t>(pair), static_cast<uint32_t>(tile * (kTile / 4)),
                words + (pair - first_pair_) * kTile);
    }
  }

  // The factors (0 or 1 / (1 − rate)) of keys x … for row `row` of those drawn.
  HWY_INLINE V factors(int64_t row, int64_t x) const {
    const Floats d;
    const hn::RebindToSigned<Floats> di;
    const int64_t position = position_ + row;
    const uint32_t* words = words_ + (position / 2 - first_pair_) * kTile + x;
    const hn::RebindToUnsigned<Floats> du;
    const auto word = hn::Load(du, words);
    const auto bits = position % 2 ? hn::ShiftRight<16>(word) : hn::And(word, hn::Set(du, 0xffffu));
    const auto keep = hn::Gt(hn::BitCast(di, bits), hn::Set(di, drop_ - 1));
    return hn::IfThenElseZero(hn::RebindMask(d, keep), hn::Set(d, factor_));
  }

 private:
  using Words = hn::RebindToUnsigned<Floats>;
  using W = hn::Vec<Words>;

  // high and low words of x · y
  static HWY_INLINE void multiply_words(W x, W y, W& high, W& low) {
    const Words du;
    const hn::RepartitionToWide<Words> dw;
    const auto even = hn::MulEven(x, y);
    const auto odd = hn::MulEven(hn::BitCast(du, hn::ShiftRight<32>(hn::BitCast(dw, x))), y);
    high = hn::OddEven(hn::BitCast(du, odd), hn::BitCast(du, hn::ShiftRight<32>(even)));
    low = hn::OddEven(hn::BitCast(du, hn::ShiftLeft<32>(odd)), hn::BitCast(du, even));
  }

  void draw_pair(uint32_t pair, uint32_t first_counter, uint32_t* words) const {
    const Words du;
    const W m0 = hn::Set(du, 0xD2511F53u), m1 = hn::Set(du, 0xCD9E8D57u);
    for (uint32_t c = 0; c < kTile / 4; c += static_cast<uint32_t>(lanes())) {
      W c0 = hn::Iota(du, first_counter + c), c1 = hn::Set(du, pair);
      W c2 = hn::Set(du, static_cast<uint32_t>(rng_.stream()));
      W c3 = hn::Set(du, static_cast<uint32_t>(rng_.stream() >> 32));
      uint32_t k0 = static_cast<uint32_t>(rng_.seed()), k1 = static_cast<uint32_t>(rng_.seed() >> 32);
      for (int round = 0; round < 10; ++round) {
        W left_high, left_low, right_high, right_low;
        multiply_words(c0, m0, left_high, left_low);
        multiply_words(c2, m1, right_high, right_low);
        c0 = hn::Xor(hn::Xor(right_high, c1), hn::Set(du, k0));
        c1 = right_low;
        c2 = hn::Xor(hn::Xor(left_high, c3), hn::Set(du, k1));
        c3 = left_low;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
      }
      hn::StoreInterleaved4(c0, c1, c2, c3, du, words + 4 * c);
    }
  }

  Rng rng_;
  int32_t drop_;
  float factor_;
  const uint32_t* words_ = nullptr;
  int64_t first_pair_ = 0;
  int64_t position_ = 0;
};

}  // namespace attention_tile
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
