// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/glove.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/glove.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/chosen_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

// value −= step / √squares; squares += step², with step = rate · clip(weighted · other)
HWY_INLINE RowLanes moved(RowLanes value, RowLanes other, RowLanes& squares, RowLanes weighted,
                          RowLanes rate) {
  const RowLanes step = rate * detail::clamp(weighted * other, -kGloveClip, kGloveClip);
  const RowLanes result = value - step / sqrt(squares);
  squares = fma(step, step, squares);
  return result;
}

void move_bias(const GloveTable<float>& table, int32_t row, float weighted) {
  table.biases[row] -= weighted / std::sqrt(table.bias_squares[row]);
  table.bias_squares[row] += weighted * weighted;
}

void prefetch_pair(const GloveArgs<float>& args, const GlovePair& pair) {
  prefetch_row(args.words.vectors + pair.word * args.columns, args.columns);
  prefetch_row(args.words.squares + pair.word * args.columns, args.columns);
  prefetch_row(args.contexts.vectors + pair.context * args.columns, args.columns);
  prefetch_row(args.contexts.squares + pair.context * args.columns, args.columns);
}

void glove_group(const GloveArgs<float>& args, int64_t group) {
  constexpr int64_t kAhead = 2;
  const int64_t n = args.columns, end = args.begin[group + 1];
  const RowLanes rate = hn::Set(RowTag(), args.rate);
  double loss = 0;
  for (int64_t i = args.begin[group]; i < end; ++i) {
    if (i + kAhead < end) prefetch_pair(args, args.pairs[i + kAhead]);
    const GlovePair& pair = args.pairs[i];
    float* w = args.words.vectors + pair.word * n;
    float* c = args.contexts.vectors + pair.context * n;
    float* w_squares = args.words.squares + pair.word * n;
    float* c_squares = args.contexts.squares + pair.context * n;
    RowSum sum(0);
    for_row(n,
            [&](int j, int64_t k, auto at) HWY_ATTR { sum.take_product(j, at.load(w + k), at.load(c + k)); });
    const float error =
        sum.total() + args.words.biases[pair.word] + args.contexts.biases[pair.context] - pair.log_count;
    const float weighted_error = pair.weight * error;
    loss += 0.5 * static_cast<double>(weighted_error) * error;
    const RowLanes weighted = hn::Set(RowTag(), weighted_error), one(1.0);
    for_row(n, [&](int, int64_t k, auto at) HWY_ATTR {
      const RowLanes old_w = at.load(w + k), old_c = at.load(c + k);
      RowLanes ws = at.load_or(w_squares + k, one), cs = at.load_or(c_squares + k, one);
      at.store(moved(old_w, old_c, ws, weighted, rate), w + k);
      at.store(moved(old_c, old_w, cs, weighted, rate), c + k);
      at.store(ws, w_squares + k);
      at.store(cs, c_squares + k);
    });
    move_bias(args.words, pair.word, weighted_error);
    move_bias(args.contexts, pair.context, weighted_error);
  }
  args.loss[group] += loss;
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(glove_group);

void glove(const GloveArgs<float>& args) {
  parallel_for(args.groups, 1, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) HWY_DYNAMIC_DISPATCH(glove_group)(args, group);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
