// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/attention.h"

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/attention.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/attention-inl.h"

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
  float* keep;                  // [kBlock]: how much the change of the greatest leaves of what was summed
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

// Turns the products of a block and a tile into 2^(score − greatest) and brings `greatest`, `sums` and `keep`
// up to date. `row` is the block's first row in the state.
void softmax_block(Forward& state, const Block& block, int64_t row, int64_t tile) {
  const Floats d;
  RowOfTile views[kBlock];
  int64_t ends[kBlock];
  for_groups(state.problem, block, tile, [&](const GroupOfTile& group) {
    for (int64_t r = group.row; r < group.row + group.count; ++r) {
      views[r] = row_of_tile(state.problem, block, r, tile);
      ends[r] = group.vectors() * lanes();
      float* scores = state.scores + r * kTile;
      V most = hn::Set(d, -kInfinity);
      if (!views[r].empty()) {
        for (int64_t x = 0; x < ends[r]; x += lanes()) {
          const V score = views[r].score(hn::Load(d, scores + x), x);
          hn::Store(score, d, scores + x);
          most = hn::Max(most, score);
        }
      }
      const float before = state.greatest[row + r];
      const float now = std::max(before, hn::GetLane(hn::MaxOfLanes(d, most)));
      state.greatest[row + r] = now;
      state.keep[r] = before == now ? 0.0f : before - now;
    }
  });
  for (int64_t r = 0; r < block.count; r += lanes()) {
    hn::Store(exp2(hn::Load(d, state.keep + r)), d, state.keep + r);
  }
  Dropout dropout(state.problem.args, block.b, block.h);
  if (dropout) dropout.draw(block.first + state.problem.offset(block.b), block.count, tile, state.words);
  for (int64_t r = 0; r < block.count; ++r) {
    float* scores = state.scores + r * kTile;
    if (views[r].empty()) {
      std::fill_n(scores, ends[r], 0.0f);
      continue;
    }
    // A row of −∞ alone has no greatest: its weights are zero.
    const float now = state.greatest[row + r];
    const V greatest = hn::Set(d, now == -kInfinity ? 0.0f : now);
    V sum = hn::Zero(d);
    for (int64_t x = 0; x < ends[r]; x += lanes()) {
      V weight = exp2(hn::Sub(hn::Load(d, scores + x), greatest));
      sum = hn::Add(sum, weight);
      if (dropout) weight = hn::Mul(weight, dropout.factors(r, x));
      hn::Store(weight, d, scores + x);
    }
    float* sums = state.sums + (row + r) * lanes();
    hn::Store(hn::MulAdd(hn::Load(d, sums), hn::Set(d, state.keep[r]), sum), d, sums);
  }
}

// Adds the keys of one tile to the state.
void attend_to_tile(Forward& state, int64_t tile, Interval keys) {
  const Problem& problem = state.problem;
  const AttentionArgs<float>& args = problem.args;
  const float* k = head_at(args.k, args.k_strides, state.b, 0, state.kv);
  const float* v = head_at(args.v, args.v_strides, state.b, 0, state.kv);
  pack_keys_transposed(problem, k, args.k_strides.time, tile, keys, state.zeros, state.columns);
  const float* values = v + tile * kTile * args.v_strides.time;
  int64_t value_stride = args.v_strides.time;
  // A few rows read the values once: no copy then.
  if (problem.group * state.count > kGroup || args.head_size != problem.width) {
    pack_keys(problem, v, args.v_strides.time, tile, keys, state.values);
    values = state.values;
    value_stride = problem.width;
  }
  for (int64_t row = 0; row < problem.group * state.count; row += state.count) {
    for (int64_t i = 0; i < state.count; i += kBlock) {
      const Block block{state.b, state.head(row), state.first + i, std::min(kBlock, state.count - i)};
      if (in_tile(problem.visible(block.b, block.first, block.count), tile).empty()) continue;
      multiply_block(problem, block, tile, state.q + (row + i) * problem.width, state.columns, state.scores);
      softmax_block(state, block, row + i, tile);
      for_groups(problem, block, tile, [&](const GroupOfTile& group) {
        if (group.keys.empty()) return;
        multiply_group<false>(
            group.count, problem.width / lanes(),
            {group.keys.end - group.keys.begin, state.scores + group.row * kTile + group.keys.begin, kTile,
             values + group.keys.begin * value_stride, value_stride,
             state.out + (row + i + group.row) * problem.width, problem.width, state.keep + group.row});
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

// Divides by the sums and writes results. `only_row` as in attend.
void finish(Forward& state, int64_t only_row) {
  const Floats d;
  const Problem& problem = state.problem;
  const AttentionArgs<float>& args = problem.args;
  for (int64_t r = 0; r < problem.group * state.count; ++r) {
    if (only_row >= 0 && r != only_row) continue;
    const int64_t i = state.first + r % state.count, h = state.head(r);
    float* to = head_at(args.out, args.out_strides, state.b, i, h);
    float& log2_sum = args.log2_sum[(state.b * args.heads + h) * args.queries + i];
    const float sum = hn::GetLane(hn::SumOfLanes(d, hn::Load(d, state.sums + r * lanes())));
    if (sum == 0) {
      std::fill_n(to, args.head_size, 0.0f);
      log2_sum = -kInfinity;
      continue;
    }
    log2_sum = state.greatest[r] + static_cast<float>(std::log2(static_cast<double>(sum)));
    const float* out = state.out + r * problem.width;
    // A NaN may be 0 · ∞ from a value that this row does not see but its neighbours do: alone it is not read.
    if (state.count > 1 && has_nan(out, problem.width)) {
      attend(problem, state.b, state.kv, i, 1, h - state.kv * problem.group);
    } else {
      unpack_row(out, args.head_size, 1.0f / sum, to);
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
  finish(state, only_row);
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
      // Late queries first: under a causal mask they are the long ones.
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
  const float* k = head_at(args.k, args.k_strides, block.b, 0, state.kv);
  const Interval keys = problem.visible(block.b, block.first, block.count);
  for (int64_t tile = 0; tile < problem.tiles; ++tile) {
    if (in_tile(keys, tile).empty()) continue;
    pack_keys_transposed(problem, k, args.k_strides.time, tile, in_tile(keys, tile), state.zeros,
                         state.columns);
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
