// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/attention.h"

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/attention.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/attention-inl.h"
#include "hodhod/kernels/cpu/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace attention_tile {
namespace {

// The running state of some queries of the heads that share a key/value head, and memory for their work.
struct Forward {
  Scratch scratch;
  const Problem& problem;
  int64_t b, kv, first, count;  // queries [first, first + count)
  float* q;                     // packed, [group · count, width]
  float* out;                   // Σ 2^(score − greatest) v, the same
  float* greatest;              // [group · count]
  float* sums;                  // Σ 2^(score − greatest), lane by lane: [group · count, lanes]
  float* columns;               // keys of a tile, [D, kTile]
  float* values;                // and their values, [kTile, width]
  float* zeros;                 // [D]
  float* scores;                // [kBlock, kTile], then weights
  float* keep;                  // [kBlock]: the factor for earlier sums after a change of the greatest
  uint32_t* words;

  Forward(const Problem& of, int64_t row, int64_t kv_head, int64_t first_query, int64_t query_count)
      : problem(of), b(row), kv(kv_head), first(first_query), count(query_count) {
    const int64_t rows = problem.group * count;
    q = scratch.get<float>(rows * problem.width);
    out = scratch.get<float>(rows * problem.width);
    greatest = scratch.get<float>(rows);
    sums = scratch.get<float>(rows * lanes());
    columns = scratch.get<float>(problem.args.head_size * kTile);
    values = scratch.get<float>(kTile * problem.width);
    zeros = scratch.get<float>(problem.args.head_size);
    scores = scratch.get<float>(kBlock * kTile);
    keep = scratch.get<float>(round_up(kBlock, 16));
    words = scratch.get<uint32_t>(problem.args.drop ? Dropout::kWords : 0);
    std::fill_n(out, rows * problem.width, 0.0f);
    std::fill_n(greatest, rows, -kInfinity);
    std::fill_n(sums, rows * lanes(), 0.0f);
    std::fill_n(zeros, problem.args.head_size, 0.0f);
    std::fill_n(keep, round_up(kBlock, 16), 0.0f);
    for (int64_t r = 0; r < rows; ++r) {
      pack_row(head_at(problem.args.q, problem.args.q_strides, b, first + r % count, head(r)),
               problem.args.head_size, problem.width, problem.q_factor, q + r * problem.width);
    }
  }

  int64_t head(int64_t row) const { return kv * problem.group + row / count; }
};

// A block against a tile while its scores become weights.
struct Softmax {
  RowOfTile rows[kBlock];
  int64_t ends[kBlock];                // of a row's computed products
  alignas(64) float greatest[kBlock];  // of all tiles so far
  alignas(64) float most[kBlock];      // of this tile, then the value subtracted from its scores
};

// Turns the products of a row into scores; returns the greatest.
HWY_INLINE float score_row(const RowOfTile& row, int64_t end, float* HWY_RESTRICT scores) {
  const Floats d;
  V most = hn::Set(d, -kInfinity);
  if (row.is_plain(end)) {
    for_vectors(end, [&](int64_t x) { most = hn::Max(most, hn::Load(d, scores + x)); });
  } else {
    for_vectors(end, [&](int64_t x) {
      const V score = row.score(hn::Load(d, scores + x), x);
      hn::Store(score, d, scores + x);
      most = hn::Max(most, score);
    });
  }
  return hn::GetLane(hn::MaxOfLanes(d, most));
}

// Turns the products of a block and a tile into 2^(score − greatest) and updates `greatest`, `sums` and
// `keep`. `row` is the block's first row in the state.
void softmax_block(Forward& state, const Block& block, int64_t row, int64_t tile) {
  const Floats d;
  Softmax softmax;
  std::fill_n(softmax.most, kBlock, -kInfinity);
  std::copy_n(state.greatest + row, block.count, softmax.greatest);
  std::fill(softmax.greatest + block.count, softmax.greatest + kBlock, -kInfinity);
  for_groups(state.problem, block, tile, [&](const GroupOfTile& group) {
    for (int64_t r = group.row; r < group.row + group.count; ++r) {
      softmax.rows[r] = row_of_tile(state.problem, block, r, tile);
      softmax.ends[r] = group.vectors() * lanes();
      if (softmax.rows[r].empty()) continue;
      softmax.most[r] = score_row(softmax.rows[r], softmax.ends[r], state.scores + r * kTile);
    }
  });
  for (int64_t r = 0; r < block.count; r += lanes()) {
    const V before = hn::Load(d, softmax.greatest + r);
    const V now = hn::Max(before, hn::Load(d, softmax.most + r));
    hn::Store(now, d, softmax.greatest + r);
    hn::Store(exp2(hn::IfThenZeroElse(hn::Eq(before, now), hn::Sub(before, now))), d, state.keep + r);
    // If all scores of a row are −∞, its weights are zero.
    hn::Store(hn::IfThenZeroElse(hn::Eq(now, hn::Set(d, -kInfinity)), now), d, softmax.most + r);
  }
  std::copy_n(softmax.greatest, block.count, state.greatest + row);
  Dropout dropout(state.problem.args, block.b, block.h);
  if (dropout) dropout.draw(block.first + state.problem.offset(block.b), block.count, tile, state.words);
  for (int64_t r = 0; r < block.count; ++r) {
    float* HWY_RESTRICT scores = state.scores + r * kTile;
    if (softmax.rows[r].empty()) {
      std::fill_n(scores, softmax.ends[r], 0.0f);
      continue;
    }
    const V greatest = hn::Set(d, softmax.most[r]);
    V sum = hn::Zero(d);
    for_vectors(softmax.ends[r], [&](int64_t x) {
      const V weight = exp2(hn::Sub(hn::Load(d, scores + x), greatest));
      sum = hn::Add(sum, weight);
      hn::Store(weight, d, scores + x);
    });
    if (dropout) {
      for_vectors(softmax.ends[r], [&](int64_t x) {
        hn::Store(hn::Mul(hn::Load(d, scores + x), dropout.factors(r, x)), d, scores + x);
      });
    }
    float* HWY_RESTRICT sums = state.sums + (row + r) * lanes();
    hn::Store(hn::MulAdd(hn::Load(d, sums), hn::Set(d, state.keep[r]), sum), d, sums);
  }
}

// Adds weights · values of the keys that a group of rows sees to the state, of which `row` is the group's
// first. Within each `run` of keys the values are equally spaced.
void add_values(Forward& state, const GroupOfTile& group, int64_t row, const TileRows& values, int64_t run) {
  alignas(64) static constexpr float kOnes[kGroup] = {1, 1, 1, 1, 1, 1};
  const Problem& problem = state.problem;
  const float* keep = state.keep + group.row;
  for (int64_t first = 0; first < kTile; first += run) {
    const Interval keys = intersect(group.keys, {first, first + run});
    if (keys.empty()) continue;
    multiply_group<false>(
        group.count, problem.width / lanes(),
        {keys.end - keys.begin, state.scores + group.row * kTile + keys.begin, kTile, values[keys.begin],
         values.stride, state.out + row * problem.width, problem.width, keep});
    keep = kOnes;
  }
}

// Adds the keys of one tile to the state.
void attend_to_tile(Forward& state, int64_t tile, Interval keys) {
  const Problem& problem = state.problem;
  const AttentionArgs<float>& args = problem.args;
  const TileRows k = rows_of_tile(args, args.k, args.k_strides, state.b, state.kv, tile, keys);
  TileRows v = rows_of_tile(args, args.v, args.v_strides, state.b, state.kv, tile, keys);
  pack_keys_transposed(problem, k, tile, keys, state.zeros, state.columns);
  // Few rows read the values only once, so they are not copied.
  const bool packs = problem.group * state.count > kGroup || args.head_size != problem.width;
  if (packs) {
    pack_keys(problem, v, tile, keys, state.values);
    v.stride = problem.width;
    for (int64_t i = 0; i < kTile / kPage; ++i) v.pages[i] = state.values + i * kPage * problem.width;
  }
  for (int64_t row = 0; row < problem.group * state.count; row += state.count) {
    for (int64_t i = 0; i < state.count; i += kBlock) {
      const Block block{state.b, state.head(row), state.first + i, std::min(kBlock, state.count - i)};
      if (in_tile(problem.visible(block.b, block.first, block.count), tile).empty()) continue;
      multiply_block(problem, block, tile, state.q + (row + i) * problem.width, state.columns, state.scores);
      softmax_block(state, block, row + i, tile);
      for_groups(problem, block, tile, [&](const GroupOfTile& group) {
        if (!group.keys.empty()) add_values(state, group, row + i + group.row, v, packs ? kTile : kPage);
      });
    }
  }
}

bool has_nan(const float* row, int64_t width) {
  const Floats d;
  auto numbers = hn::Eq(hn::Zero(d), hn::Zero(d));
  for (int64_t i = 0; i < width; i += lanes()) {
    const V x = hn::Load(d, row + i);
    numbers = hn::And(numbers, hn::Eq(x, x));
  }
  return !hn::AllTrue(d, numbers);
}

void attend(const Problem& problem, int64_t b, int64_t kv, int64_t first, int64_t count, int64_t only_row);

// Divides by the sums and writes the results of rows [begin, end) of the state, at most 16. `only_row` as in
// attend.
void finish_rows(const Forward& state, int64_t begin, int64_t end, int64_t only_row) {
  const Floats d;
  const Problem& problem = state.problem;
  const AttentionArgs<float>& args = problem.args;
  alignas(64) float sums[16], logs[16], inverses[16];
  std::fill_n(sums, 16, 1.0f);
  for (int64_t r = begin; r < end; ++r) {
    sums[r - begin] = hn::GetLane(hn::SumOfLanes(d, hn::Load(d, state.sums + r * lanes())));
  }
  for (int64_t i = 0; i < 16; i += lanes()) {
    const V sum = hn::Load(d, sums + i);
    hn::Store(hn::Mul(log(Lanes<Floats>(sum)).v, hn::Set(d, kLog2E)), d, logs + i);
    hn::Store(hn::Div(hn::Set(d, 1.0f), sum), d, inverses + i);
  }
  for (int64_t r = begin; r < end; ++r) {
    if (only_row >= 0 && r != only_row) continue;
    const int64_t i = state.first + r % state.count, h = state.head(r);
    float* to = head_at(args.out, args.out_strides, state.b, i, h);
    args.log2_sum[(state.b * args.heads + h) * args.queries + i] = state.greatest[r] + logs[r - begin];
    const float* out = state.out + r * problem.width;
    if (sums[r - begin] == 0) {
      std::fill_n(to, args.head_size, 0.0f);
    } else if (state.count > 1 && has_nan(out, problem.width)) {
      // A NaN may be 0 · ∞ from a value that only neighbouring rows see; computed alone, the row does not
      // read it.
      attend(problem, state.b, state.kv, i, 1, h - state.kv * problem.group);
    } else {
      unpack_row(out, args.head_size, inverses[r - begin], to);
    }
  }
}

// Queries [first, first + count) of row b for the heads of one key/value head; of these only results of head
// `only_row` are written if it is not negative.
void attend(const Problem& problem, int64_t b, int64_t kv, int64_t first, int64_t count, int64_t only_row) {
  Forward state(problem, b, kv, first, count);
  const Interval keys = problem.visible(b, first, count);
  if (!keys.empty()) {
    for (int64_t tile = keys.begin / kTile; tile * kTile < keys.end; ++tile) {
      attend_to_tile(state, tile, in_tile(keys, tile));
    }
  }
  const int64_t rows = problem.group * count;
  for (int64_t r = 0; r < rows; r += 16) finish_rows(state, r, std::min(r + 16, rows), only_row);
}

void write_padding(const AttentionArgs<float>& args, int64_t b, int64_t kv, Interval queries) {
  const int64_t group = args.heads / args.kv_heads;
  for (int64_t h = kv * group; h < (kv + 1) * group; ++h) {
    for (int64_t i = queries.begin; i < queries.end; ++i) {
      std::fill_n(head_at(args.out, args.out_strides, b, i, h), args.head_size, 0.0f);
      args.log2_sum[(b * args.heads + h) * args.queries + i] = -kInfinity;
    }
  }
}

void attention_loop(const AttentionArgs<float>& args) {
  const Problem problem(args);
  const int64_t pairs = args.batch * args.kv_heads;
  if (pairs == 0 || args.queries == 0) return;
  // Long enough to share the packing of keys, short enough to keep all threads busy and the state in cache.
  const int64_t wanted = 4 * thread_count();
  const int64_t most = std::max(kBlock, 512 / problem.group / kBlock * kBlock);
  const int64_t pieces = std::max((wanted + pairs - 1) / pairs, (args.queries + most - 1) / most);
  const int64_t length = round_up((args.queries + pieces - 1) / pieces, kBlock);
  const int64_t chunks = (args.queries + length - 1) / length;
  parallel_for(pairs * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      // Late queries first: under a causal mask they see the most keys.
      const int64_t chunk = chunks - 1 - item / pairs, b = item % pairs / args.kv_heads,
                    kv = item % args.kv_heads;
      const int64_t first = chunk * length, last = std::min(args.queries, first + length);
      const int64_t real = std::clamp(problem.queries(b), first, last);
      if (real > first) attend(problem, b, kv, first, real - first, -1);
      write_padding(args, b, kv, {real, last});
    }
  });
}

// Weights of up to kBlock queries of a head.
void weights_of_block(const Problem& problem, const Block& block, float* weights) {
  const Floats d;
  const AttentionArgs<float>& args = problem.args;
  Forward state(problem, block.b, block.h / problem.group, block.first, block.count);
  const int64_t in_group = block.h % problem.group * block.count;
  const Interval keys = problem.visible(block.b, block.first, block.count);
  for (int64_t tile = 0; tile < problem.tiles; ++tile) {
    if (in_tile(keys, tile).empty()) continue;
    const TileRows k =
        rows_of_tile(args, args.k, args.k_strides, block.b, state.kv, tile, in_tile(keys, tile));
    pack_keys_transposed(problem, k, tile, in_tile(keys, tile), state.zeros, state.columns);
    multiply_block(problem, block, tile, state.q + in_group * problem.width, state.columns, state.scores);
    for (int64_t r = 0; r < block.count; ++r) {
      const RowOfTile view = row_of_tile(problem, block, r, tile);
      const int64_t row = (block.b * args.heads + block.h) * args.queries + block.first + r;
      const float log2_sum = args.log2_sum[row];
      const V offset = hn::Set(d, log2_sum == -kInfinity ? kInfinity : log2_sum);
      if (view.empty()) continue;
      float* scores = state.scores + r * kTile;
      for (int64_t x = view.begin / lanes() * lanes(); x < view.end; x += lanes()) {
        hn::Store(exp2(hn::Sub(view.score(hn::Load(d, scores + x), x), offset)), d, scores + x);
      }
      std::copy(scores + view.begin, scores + view.end,
                weights + row * args.keys + tile * kTile + view.begin);
    }
  }
}

void weights_loop(const AttentionWeightsArgs<float>& args) {
  const Problem problem(args.forward);
  const int64_t heads = args.forward.heads, chunks = (args.forward.queries + kBlock - 1) / kBlock;
  parallel_for(args.forward.batch * heads * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t first = item % chunks * kBlock, h = item / chunks % heads, b = item / chunks / heads;
      const int64_t count = std::min(kBlock, problem.queries(b) - first);
      if (count > 0) weights_of_block(problem, {b, h, first, count}, args.weights);
    }
  });
}

}  // namespace
}  // namespace attention_tile

void attention_run(const AttentionArgs<float>& args) { attention_tile::attention_loop(args); }
void attention_weights_run(const AttentionWeightsArgs<float>& args) { attention_tile::weights_loop(args); }

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(attention_run);
HWY_EXPORT(attention_weights_run);

void attention(const AttentionArgs<float>& args) { HWY_DYNAMIC_DISPATCH(attention_run)(args); }
void attention_weights(const AttentionWeightsArgs<float>& args) {
  HWY_DYNAMIC_DISPATCH(attention_weights_run)(args);
}

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
