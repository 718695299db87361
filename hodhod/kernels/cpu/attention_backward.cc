// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/attention.h"

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/attention_backward.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/attention-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace attention_tile {
namespace {

using Args = AttentionBackwardArgs<float>;

// Queries [first, first + count) of row b for heads [head, head + heads), packed: row (h − head) · count + i
// − first.
struct Queries {
  int64_t b, head, heads, first, count;
  float* q;       // [rows, width]
  float* dout;    // [rows, width]
  float* offset;  // [rows]: log2_sum, or ∞ where it is −∞, so that 2^(score − offset) is 0 there
  float* delta;   // [rows]: Σ_d dout · out
  float* dq;      // [rows, width], or null

  int64_t rows() const { return heads * count; }
};

// A tile of the keys of one head, packed, and its gradients.
struct Keys {
  int64_t tile;
  Interval keys;
  float* columns;        // keys [D, kTile]
  float* rows;           // keys [kTile, width]
  float* value_columns;  // values [D, kTile]
  float* dk;             // [kTile, width], or null
  float* dv;             // [kTile, width], or null
};

// Memory for one thread's work.
struct Backward {
  Scratch scratch;
  const Args& args;
  const Problem& problem;
  float* weights;  // [kBlock, kTile]: scores, then weights with dropout
  float* dscores;  // [kBlock, kTile]: gradients of weights, then of scores
  float* ones;     // [kGroup]
  float* zeros;    // [width]
  uint32_t* words;
  float* d_distance_bias = nullptr;  // [B, H, distances], or null

  Backward(const Args& arguments, const Problem& of) : args(arguments), problem(of) {
    weights = scratch.get<float>(kBlock * kTile);
    dscores = scratch.get<float>(kBlock * kTile);
    ones = scratch.get<float>(kGroup);
    zeros = scratch.get<float>(problem.width);
    words = scratch.get<uint32_t>(problem.args.drop ? Dropout::kWords : 0);
    std::fill_n(ones, kGroup, 1.0f);
    std::fill_n(zeros, problem.width, 0.0f);
  }
};

Queries load_queries(Backward& work, int64_t b, int64_t head, int64_t heads, Interval queries, bool with_dq) {
  const Floats d;
  const Problem& problem = work.problem;
  const AttentionArgs<float>& args = problem.args;
  Queries to{b,       head,    heads,   queries.begin, queries.end - queries.begin,
             nullptr, nullptr, nullptr, nullptr,       nullptr};
  const int64_t width = problem.width;
  to.q = work.scratch.get<float>(to.rows() * width);
  to.dout = work.scratch.get<float>(to.rows() * width);
  to.offset = work.scratch.get<float>(to.rows());
  to.delta = work.scratch.get<float>(to.rows());
  if (with_dq) {
    to.dq = work.scratch.get<float>(to.rows() * width);
    std::fill_n(to.dq, to.rows() * width, 0.0f);
  }
  float* out = work.scratch.get<float>(width);
  for (int64_t row = 0; row < to.rows(); ++row) {
    const int64_t h = head + row / to.count, i = to.first + row % to.count;
    pack_row(head_at(args.q, args.q_strides, b, i, h), args.head_size, width, problem.q_factor,
             to.q + row * width);
    float* dout = to.dout + row * width;
    pack_row(head_at(work.args.dout, work.args.dout_strides, b, i, h), args.head_size, width, 1.0f, dout);
    pack_row(head_at<const float>(args.out, args.out_strides, b, i, h), args.head_size, width, 1.0f, out);
    V delta = hn::Zero(d);
    for (int64_t c = 0; c < width; c += lanes()) {
      delta = hn::MulAdd(hn::Load(d, dout + c), hn::Load(d, out + c), delta);
    }
    to.delta[row] = hn::GetLane(hn::SumOfLanes(d, delta));
    const float log2_sum = args.log2_sum[(b * args.heads + h) * args.queries + i];
    to.offset[row] = log2_sum == -kInfinity ? kInfinity : log2_sum;
  }
  return to;
}

// Room for a tile's keys; load_keys fills it.
Keys make_keys(Backward& work, bool with_dq, bool with_dkv) {
  const int64_t head_size = work.problem.args.head_size, tile_size = kTile * work.problem.width;
  Keys keys{};
  keys.columns = work.scratch.get<float>(head_size * kTile);
  keys.value_columns = work.scratch.get<float>(head_size * kTile);
  if (with_dq) keys.rows = work.scratch.get<float>(tile_size);
  if (with_dkv) {
    keys.dk = work.scratch.get<float>(tile_size);
    keys.dv = work.scratch.get<float>(tile_size);
  }
  return keys;
}

void load_keys(Backward& work, int64_t b, int64_t kv, int64_t tile, Interval visible, Keys& to) {
  const AttentionArgs<float>& args = work.problem.args;
  to.tile = tile;
  to.keys = visible;
  if (to.dk) std::fill_n(to.dk, kTile * work.problem.width, 0.0f);
  if (to.dv) std::fill_n(to.dv, kTile * work.problem.width, 0.0f);
  if (visible.empty()) return;
  const TileRows k = rows_of_tile(args, args.k, args.k_strides, b, kv, tile, visible);
  const TileRows v = rows_of_tile(args, args.v, args.v_strides, b, kv, tile, visible);
  pack_keys_transposed(work.problem, k, tile, visible, work.zeros, to.columns);
  pack_keys_transposed(work.problem, v, tile, visible, work.zeros, to.value_columns);
  if (to.rows) pack_keys(work.problem, k, tile, visible, to.rows);
}

// Writes the gradients of the scores of row `r` of a block to the outputs that want them.
void give_out_dscores(Backward& work, const Block& block, int64_t r, const RowOfTile& view, int64_t tile) {
  const AttentionArgs<float>& args = work.problem.args;
  const float* dscores = work.dscores + r * kTile;
  const int64_t row = (block.b * args.heads + block.h) * args.queries + block.first + r, start = tile * kTile;
  if (work.args.d_bias) {
    std::copy(dscores + view.begin, dscores + view.end,
              work.args.d_bias + row * args.keys + start + view.begin);
  }
  if (work.d_distance_bias) {
    float* to = work.d_distance_bias + (block.b * args.heads + block.h) * args.distances +
                args.distance_zero + start - block.first - r - work.problem.offset(block.b);
    for (int64_t x = view.begin; x < view.end; ++x) to[x] += dscores[x];
  }
}

// Turns the gradients of a row's scores into those of its products, which `slopes` has kept.
void differentiate_cap(const float* slopes, int64_t end, float* dscores) {
  const Floats d;
  for_vectors(end, [&](int64_t x) {
    hn::Store(hn::Mul(hn::Load(d, dscores + x), hn::Load(d, slopes + x)), d, dscores + x);
  });
}

// From products q · k in work.weights and dout · v in work.dscores, the weights and the gradients of the
// products.
void differentiate_softmax(Backward& work, const Block& block, int64_t tile, const float* offsets,
                           const float* deltas) {
  const Floats d;
  Dropout dropout(work.problem.args, block.b, block.h);
  if (dropout) dropout.draw(block.first + work.problem.offset(block.b), block.count, tile, work.words);
  for_groups(work.problem, block, tile, [&](const GroupOfTile& group) {
    const int64_t end = group.vectors() * lanes();
    for (int64_t r = group.row; r < group.row + group.count; ++r) {
      const RowOfTile view = row_of_tile(work.problem, block, r, tile);
      float* weights = work.weights + r * kTile;
      float* dscores = work.dscores + r * kTile;
      alignas(64) float slopes[kTile];  // of the cap
      int64_t x = 0;
      if (!view.empty()) {
        const V offset = hn::Set(d, offsets[r]), delta = hn::Set(d, deltas[r]);
        if (view.is_plain(end) && !dropout) {
          for_vectors(end, [&](int64_t at) {
            const V weight = exp2(hn::Sub(hn::Load(d, weights + at), offset));
            hn::Store(weight, d, weights + at);
            hn::Store(hn::Mul(weight, hn::Sub(hn::Load(d, dscores + at), delta)), d, dscores + at);
          });
          x = end;
        }
        for (; x < end; x += lanes()) {
          const V product = hn::Load(d, weights + x);
          if (view.cap > 0) {
            const V share = view.share_of_cap(product);
            hn::Store(hn::NegMulAdd(share, share, hn::Set(d, 1.0f)), d, slopes + x);
          }
          const V weight = exp2(hn::Sub(view.score(product, x), offset));
          V dweight = hn::Load(d, dscores + x);
          V dropped = weight;
          if (dropout) {
            const V factors = dropout.factors(r, x);
            dropped = hn::Mul(weight, factors);
            dweight = hn::Mul(dweight, factors);
          }
          V dscore = hn::Mul(weight, hn::Sub(dweight, delta));
          if (!view.covers(x)) {
            const auto mask = view.mask(x);
            dropped = hn::IfThenElseZero(mask, dropped);
            dscore = hn::IfThenElseZero(mask, dscore);
          }
          hn::Store(dropped, d, weights + x);
          hn::Store(dscore, d, dscores + x);
        }
        if (work.args.d_bias || work.d_distance_bias) give_out_dscores(work, block, r, view, tile);
        if (view.cap > 0) differentiate_cap(slopes, end, dscores);
      }
      std::fill(weights + x, weights + kTile, 0.0f);
      std::fill(dscores + x, dscores + kTile, 0.0f);
    }
  });
}

// One block of queries, rows [row, row + block.count) of `queries`, against one tile of keys.
void differentiate_block(Backward& work, const Block& block, const Queries& queries, int64_t row,
                         const Keys& keys) {
  const Problem& problem = work.problem;
  const int64_t width = problem.width, vectors = width / lanes();
  if (in_tile(problem.visible(block.b, block.first, block.count), keys.tile).empty()) return;
  const float* q = queries.q + row * width;
  const float* dout = queries.dout + row * width;
  multiply_block(problem, block, keys.tile, q, keys.columns, work.weights);
  multiply_block(problem, block, keys.tile, dout, keys.value_columns, work.dscores);
  differentiate_softmax(work, block, keys.tile, queries.offset + row, queries.delta + row);
  if (queries.dq) {
    for_groups(problem, block, keys.tile, [&](const GroupOfTile& group) {
      if (group.keys.empty()) return;
      multiply_group<false>(
          group.count, vectors,
          {group.keys.end - group.keys.begin, work.dscores + group.row * kTile + group.keys.begin, kTile,
           keys.rows + group.keys.begin * width, width, queries.dq + (row + group.row) * width, width,
           work.ones});
    });
  }
  if (!keys.dk) return;
  int64_t from = 0, to = 0;
  for (int64_t x = 0; x < kTile; x += kGroup) {
    // Rows of the block that see one of these keys: a run that moves with the keys.
    const int64_t count = std::min(kGroup, kTile - x), j = keys.tile * kTile + x;
    while (from < block.count && problem.visible(block.b, block.first + from).end <= j) ++from;
    while (to < block.count && problem.visible(block.b, block.first + to).begin < j + count) ++to;
    if (from >= to) continue;
    const int64_t first = from * kTile + x;
    multiply_group<true>(count, vectors,
                         {to - from, work.dscores + first, kTile, q + from * width, width,
                          keys.dk + x * width, width, work.ones});
    multiply_group<true>(count, vectors,
                         {to - from, work.weights + first, kTile, dout + from * width, width,
                          keys.dv + x * width, width, work.ones});
  }
}

void differentiate(Backward& work, const Queries& queries, const Keys& keys) {
  if (keys.keys.empty()) return;
  for (int64_t h = 0; h < queries.heads; ++h) {
    for (int64_t i = 0; i < queries.count; i += kBlock) {
      const Block block{queries.b, queries.head + h, queries.first + i, std::min(kBlock, queries.count - i)};
      differentiate_block(work, block, queries, h * queries.count + i, keys);
    }
  }
}

void store_dkv(const Backward& work, int64_t b, int64_t kv, const Keys& keys) {
  const AttentionArgs<float>& args = work.problem.args;
  const int64_t first = keys.tile * kTile, last = std::min(args.keys, first + kTile);
  for (int64_t j = first; j < last; ++j) {
    const int64_t row = (j - first) * work.problem.width;
    // q was packed as q · scale · log2 e.
    unpack_row(keys.dk + row, args.head_size, kLn2, head_at(work.args.dk, work.args.dk_strides, b, j, kv));
    unpack_row(keys.dv + row, args.head_size, 1.0f, head_at(work.args.dv, work.args.dv_strides, b, j, kv));
  }
}

void store_dq(const Backward& work, const Queries& queries) {
  const AttentionArgs<float>& args = work.problem.args;
  for (int64_t row = 0; row < queries.rows(); ++row) {
    unpack_row(queries.dq + row * work.problem.width, args.head_size, work.problem.scale,
               head_at(work.args.dq, work.args.dq_strides, queries.b, queries.first + row % queries.count,
                       queries.head + row / queries.count));
  }
}

void zero_dq(const Args& args, int64_t b, int64_t head, int64_t heads, Interval queries) {
  for (int64_t i = queries.begin; i < queries.end; ++i) {
    for (int64_t h = head; h < head + heads; ++h) {
      std::fill_n(head_at(args.dq, args.dq_strides, b, i, h), args.forward.head_size, 0.0f);
    }
  }
}

// All gradients of one key/value head of one row: 5 products for each pair of a block and a tile.
void backward_of_head(const Args& args, const Problem& problem, float* d_distance_bias, int64_t b,
                      int64_t kv) {
  Backward work(args, problem);
  work.d_distance_bias = d_distance_bias;
  const int64_t count = problem.queries(b), head = kv * problem.group;
  const Interval visible = problem.visible(b, 0, count);
  const Queries queries = load_queries(work, b, head, problem.group, {0, count}, args.dq != nullptr);
  Keys keys = make_keys(work, args.dq != nullptr, args.dk != nullptr);
  for (int64_t tile = 0; tile < problem.tiles; ++tile) {
    load_keys(work, b, kv, tile, in_tile(visible, tile), keys);
    differentiate(work, queries, keys);
    if (args.dk) store_dkv(work, b, kv, keys);
  }
  if (!args.dq) return;
  store_dq(work, queries);
  zero_dq(args, b, head, problem.group, {count, args.forward.queries});
}

// dk and dv of one tile of keys.
void backward_of_tile(const Args& args, const Problem& problem, int64_t b, int64_t kv, int64_t tile) {
  Backward work(args, problem);
  Keys keys = make_keys(work, false, true);
  load_keys(work, b, kv, tile, in_tile(problem.visible(b, 0, problem.queries(b)), tile), keys);
  for (int64_t h = kv * problem.group; h < (kv + 1) * problem.group; ++h) {
    for (int64_t i = 0; i < problem.queries(b); i += kBlock) {
      const Interval chunk{i, std::min(i + kBlock, problem.queries(b))};
      if (in_tile(problem.visible(b, i, chunk.end - i), tile).empty()) continue;
      Scratch room;
      differentiate(work, load_queries(work, b, h, 1, chunk, false), keys);
    }
  }
  store_dkv(work, b, kv, keys);
}

// dq of one block of queries.
void backward_of_block(const Args& args, const Problem& problem, int64_t b, int64_t h, int64_t first) {
  const int64_t last = std::min(first + kBlock, args.forward.queries);
  const Interval queries{first, std::clamp(problem.queries(b), first, last)};
  zero_dq(args, b, h, 1, {queries.end, last});
  if (queries.empty()) return;
  Backward work(args, problem);
  const Queries loaded = load_queries(work, b, h, 1, queries, true);
  Keys keys = make_keys(work, true, false);
  const Interval visible = problem.visible(b, first, loaded.count);
  for (int64_t tile = 0; tile < problem.tiles; ++tile) {
    if (in_tile(visible, tile).empty()) continue;
    load_keys(work, b, h / problem.group, tile, in_tile(visible, tile), keys);
    differentiate(work, loaded, keys);
  }
  store_dq(work, loaded);
}

void sum_over_batch(const Args& args, const float* parts) {
  const int64_t count = args.forward.heads * args.forward.distances;
  std::fill_n(args.d_distance_bias, count, 0.0f);
  for (int64_t b = 0; b < args.forward.batch; ++b) {
    for (int64_t i = 0; i < count; ++i) args.d_distance_bias[i] += parts[b * count + i];
  }
}

void backward_loop(const Args& args) {
  const Problem problem(args.forward);
  const AttentionArgs<float>& f = args.forward;
  const int64_t pairs = f.batch * f.kv_heads, threads = thread_count();
  // Whole heads need 5 products, separate passes for dk, dv and for dq need 7 but can be divided among more
  // threads. Each element is summed in the same order either way.
  const int64_t rounds = (pairs + threads - 1) / threads;
  if (args.d_distance_bias || args.d_bias || rounds * threads * 5 <= pairs * 8) {
    Scratch scratch;
    const int64_t size = args.d_distance_bias ? f.batch * f.heads * f.distances : 0;
    float* parts = args.d_distance_bias ? scratch.get<float>(size) : nullptr;
    if (parts) std::fill_n(parts, size, 0.0f);
    parallel_for(pairs, 1, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        backward_of_head(args, problem, parts, item / f.kv_heads, item % f.kv_heads);
      }
    });
    if (parts) sum_over_batch(args, parts);
    return;
  }
  if (args.dk) {
    parallel_for(pairs * problem.tiles, 1, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        // Early keys first: under a causal mask most queries see them.
        backward_of_tile(args, problem, item % pairs / f.kv_heads, item % f.kv_heads, item / pairs);
      }
    });
  }
  if (!args.dq) return;
  const int64_t blocks = (f.queries + kBlock - 1) / kBlock, heads = f.batch * f.heads;
  parallel_for(heads * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t block = blocks - 1 - item / heads;
      backward_of_block(args, problem, item % heads / f.heads, item % f.heads, block * kBlock);
    }
  });
}

}  // namespace
}  // namespace attention_tile

void attention_backward_run(const AttentionBackwardArgs<float>& args) { attention_tile::backward_loop(args); }

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(attention_backward_run);

void attention_backward(const AttentionBackwardArgs<float>& args) {
  HWY_DYNAMIC_DISPATCH(attention_backward_run)(args);
}

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
