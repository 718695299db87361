// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/norm.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"
#include "hodhod/kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/norm.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/cpu/rows-inl.h"

#ifndef HODHOD_KERNELS_CPU_NORM_BLOCKS
#define HODHOD_KERNELS_CPU_NORM_BLOCKS
namespace hodhod::kernels::cpu {

// Rows whose parts of dgamma and dbeta are added up together: a function of the number of rows alone.
inline int64_t norm_block(int64_t rows) { return std::max<int64_t>(32, (rows + 255) / 256); }

// partial[block][0] and [1] are a block's parts of dgamma and dbeta.
struct NormBackwardPlan {
  const NormBackwardArgs<float>& args;
  float* partial;
};

}  // namespace hodhod::kernels::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

using F = RowLanes;

F broadcast(float x) { return hn::Set(RowTag(), x); }

template <NormKind kKind>
void norm_row(const NormArgs<float>& args, int64_t r) {
  const int64_t n = args.columns;
  const float size = static_cast<float>(std::max<int64_t>(n, 1));
  const float* x = args.x + r * n;
  float* y = args.y + r * n;
  RowSum sum(0.0);
  if (args.residual) {
    const float* residual = args.residual + r * n;
    // If the sum is not wanted, y holds it until y is computed.
    float* s = args.sum ? args.sum + r * n : y;
    for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR {
      const F value = at.load(x + i) + at.load(residual + i);
      at.store(value, s + i);
      if (kKind == NormKind::layer) sum.take(j, value);
    });
    x = s;
  } else if (kKind == NormKind::layer) {
    for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR { sum.take(j, at.load(x + i)); });
  }
  const float mean = kKind == NormKind::layer ? sum.total() / size : 0.0f;
  const F middle = broadcast(mean);
  RowSum squares(0.0);
  for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR {
    const F away = at.keep_or(at.load(x + i) - middle, F(0.0));
    squares.take_product(j, away, away);
  });
  const float scale = 1.0f / std::sqrt(squares.total() / size + args.epsilon);
  const F factor = broadcast(scale);
  const float* gamma = args.gamma;
  const float* beta = args.beta;
  for_row(n, [&](int, int64_t i, auto at) HWY_ATTR {
    F value = (at.load(x + i) - middle) * factor;
    if (gamma && beta) {
      value = fma(value, at.load(gamma + i), at.load(beta + i));
    } else if (gamma) {
      value = value * at.load(gamma + i);
    } else if (beta) {
      value = value + at.load(beta + i);
    }
    at.store(value, y + i);
  });
  if (args.mean) args.mean[r] = mean;
  if (args.scale) args.scale[r] = scale;
}

void norm_rows(const NormArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    if (args.kind == NormKind::layer) {
      norm_row<NormKind::layer>(args, r);
    } else {
      norm_row<NormKind::rms>(args, r);
    }
  }
}

template <NormKind kKind>
void norm_backward_row(const NormBackwardArgs<float>& args, int64_t r, float* dgamma, float* dbeta) {
  constexpr bool kLayer = kKind == NormKind::layer;
  const int64_t n = args.columns;
  const float* s = args.s + r * n;
  const float* dy = args.dy + r * n;
  const float* gamma = args.gamma;
  const F middle = broadcast(kLayer ? args.mean[r] : 0.0f);
  const F scale = broadcast(args.scale[r]);
  RowSum along_sum(0.0), across_sum(0.0);
  for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR {
    const F out = at.load(dy + i);
    const F normalised = (at.load(s + i) - middle) * scale;
    if (dgamma) at.store(fma(out, normalised, at.load(dgamma + i)), dgamma + i);
    if (dbeta) at.store(at.load(dbeta + i) + out, dbeta + i);
    const F slope = gamma ? out * at.load(gamma + i) : out;
    // Past the row's end slope is 0, but normalised may be infinite or NaN if the row is.
    along_sum.take(j, at.keep_or(slope * normalised, F(0.0)));
    if (kLayer) across_sum.take(j, slope);
  });
  if (!args.dx) return;
  const float size = static_cast<float>(std::max<int64_t>(n, 1));
  const F along = broadcast(along_sum.total() / size);
  const F across = broadcast(kLayer ? across_sum.total() / size : 0.0f);
  const float* dsum = args.dsum ? args.dsum + r * n : nullptr;
  float* dx = args.dx + r * n;
  for_row(n, [&](int, int64_t i, auto at) HWY_ATTR {
    const F out = at.load(dy + i);
    const F normalised = (at.load(s + i) - middle) * scale;
    const F slope = gamma ? out * at.load(gamma + i) : out;
    const F inner = (kLayer ? slope - across : slope) - normalised * along;
    at.store(dsum ? fma(inner, scale, at.load(dsum + i)) : inner * scale, dx + i);
  });
}

void norm_backward_blocks(const NormBackwardPlan& plan, int64_t begin, int64_t end) {
  const NormBackwardArgs<float>& args = plan.args;
  const int64_t block_rows = norm_block(args.rows);
  for (int64_t block = begin; block < end; ++block) {
    float* dgamma = args.dgamma ? plan.partial + 2 * block * args.columns : nullptr;
    float* dbeta = args.dbeta ? plan.partial + (2 * block + 1) * args.columns : nullptr;
    if (dgamma) std::fill_n(dgamma, args.columns, 0.0f);
    if (dbeta) std::fill_n(dbeta, args.columns, 0.0f);
    const int64_t last = std::min((block + 1) * block_rows, args.rows);
    for (int64_t r = block * block_rows; r < last; ++r) {
      if (args.kind == NormKind::layer) {
        norm_backward_row<NormKind::layer>(args, r, dgamma, dbeta);
      } else {
        norm_backward_row<NormKind::rms>(args, r, dgamma, dbeta);
      }
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(norm_rows);
HWY_EXPORT(norm_backward_blocks);

void norm(const NormArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(norm_rows)(args, begin, end);
  });
}

void norm_backward(const NormBackwardArgs<float>& args) {
  const int64_t block_rows = norm_block(args.rows);
  const int64_t blocks = (args.rows + block_rows - 1) / block_rows;
  const int64_t columns = args.columns;
  Scratch scratch;
  const bool sums = args.dgamma || args.dbeta;
  const NormBackwardPlan plan = {args, sums ? scratch.get<float>(2 * blocks * columns) : nullptr};
  parallel_for(blocks, row_grain(block_rows * columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(norm_backward_blocks)(plan, begin, end);
  });
  if (!sums) return;
  parallel_for(columns, row_grain(2 * blocks), [&](int64_t begin, int64_t end) {
    for (int which = 0; which < 2; ++which) {
      float* to = which == 0 ? args.dgamma : args.dbeta;
      if (!to) continue;
      if (!(which == 0 ? args.accumulate_gamma : args.accumulate_beta)) std::fill(to + begin, to + end, 0.0f);
      for (int64_t block = 0; block < blocks; ++block) {
        const float* from = plan.partial + (2 * block + which) * columns;
        for (int64_t c = begin; c < end; ++c) to[c] += from[c];
      }
    }
  });
}

}  // namespace hodhod::kernels::cpu
#endif
