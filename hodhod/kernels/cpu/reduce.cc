// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"
#include "hodhod/kernels/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/reduce.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/cpu/rows-inl.h"

#ifndef HODHOD_KERNELS_CPU_REDUCE_PLAN
#define HODHOD_KERNELS_CPU_REDUCE_PLAN
namespace hodhod::kernels::cpu {

// Values reduced in one go.
inline constexpr int64_t kReduceChunk = 4096;
// Columns that a unit of work reduces side by side.
inline constexpr int64_t kReduceTile = 64;

// A reduction of every chunk: out[chunk, k] for chunk c of the reduced loops and element k of the kept ones.
struct ReducePlan {
  Reduction reduction;
  Nest<1> kept;
  Nest<1> reduced;
  const float* x;
  float* out;
  int64_t outputs;
  int64_t count = 0;  // values reduced into one output
  int64_t chunks = 1;
  bool by_columns = false;  // whether neighbouring outputs have neighbouring values
};

inline double identity_of(Reduction reduction) {
  return reduction == Reduction::max ? -std::numeric_limits<double>::infinity() : 0.0;
}

}  // namespace hodhod::kernels::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

struct Summing {
  using Combine = Add;
  static HWY_INLINE RowLanes next(RowLanes sum, RowLanes x) { return sum + x; }
};
struct SummingSquares {
  using Combine = Add;
  static HWY_INLINE RowLanes next(RowLanes sum, RowLanes x) { return fma(x, x, sum); }
};
struct Maximum {
  using Combine = Max;
  static HWY_INLINE RowLanes next(RowLanes best, RowLanes x) { return Max::value(best, x); }
};

template <class Step>
float reduce_row(const float* x, int64_t n, double identity) {
  HWY_ALIGN float values[kAccumulators];
  RowLanes sums[kRowVectors];
  for (int j = 0; j < kRowVectors; ++j) sums[j] = RowLanes(identity);
  const RowLanes nothing(identity);
  for_row(n, [&](int j, int64_t i, auto at) HWY_ATTR {
    sums[j] = at.keep_or(Step::next(sums[j], at.load_or(x + i, nothing)), sums[j]);
  });
  for (int j = 0; j < kRowVectors; ++j) sums[j].store(values + j * kRowLanes);
  return RowAccumulator<typename Step::Combine>::halve(values);
}

// One output, one chunk of it: values that do not lie together are brought together first.
template <class Step>
void reduce_one(const ReducePlan& plan, const float* x, int64_t chunk, float* out) {
  const int64_t begin = chunk * kReduceChunk;
  const int64_t end = std::min(begin + kReduceChunk, plan.count);
  const int64_t step = plan.reduced.strides[0][plan.reduced.rank - 1];
  if (plan.reduced.rank == 1 && step == 1) {
    *out = reduce_row<Step>(x + begin, end - begin, identity_of(plan.reduction));
    return;
  }
  float values[kReduceChunk];
  float* to = values;
  for_each_piece(plan.reduced, begin, end, [&](const auto& at, int64_t length) {
    for (int64_t i = 0; i < length; ++i) *to++ = x[at[0] + i * step];
  });
  *out = reduce_row<Step>(values, end - begin, identity_of(plan.reduction));
}

// `width` ≤ kReduceTile neighbouring outputs, one chunk of each, by the same order of operations as
// reduce_row.
template <class Step>
void reduce_tile(const ReducePlan& plan, const float* x, int64_t width, int64_t chunk, float* out) {
  constexpr int64_t kVectors = kReduceTile / kRowLanes;
  HWY_ALIGN float sums[kAccumulators][kReduceTile];
  std::fill_n(sums[0], kAccumulators * kReduceTile, static_cast<float>(identity_of(plan.reduction)));
  const int64_t begin = chunk * kReduceChunk;
  const int64_t step = plan.reduced.strides[0][plan.reduced.rank - 1];
  int64_t k = 0;
  for_each_piece(plan.reduced, begin, std::min(begin + kReduceChunk, plan.count),
                 [&](const auto& at, int64_t length) HWY_ATTR {
                   for (int64_t i = 0; i < length; ++i, ++k) {
                     const float* row = x + at[0] + i * step;
                     float* sum = sums[k % kAccumulators];
                     if (width == kReduceTile) {
                       for (int64_t v = 0; v < kVectors; ++v) {
                         Step::next(RowLanes::load(sum + v * kRowLanes), RowLanes::load(row + v * kRowLanes))
                             .store(sum + v * kRowLanes);
                       }
                     } else {
                       for_row(width, [&](int, int64_t c, auto part) HWY_ATTR {
                         Step::next(RowLanes::load(sum + c), part.load(row + c)).store(sum + c);
                       });
                     }
                   }
                 });
  for (int64_t half = kAccumulators / 2; half >= 1; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) {
      for (int64_t c = 0; c < kReduceTile; c += kRowLanes) {
        Step::Combine::value(RowLanes::load(sums[lane] + c), RowLanes::load(sums[lane + half] + c))
            .store(sums[lane] + c);
      }
    }
  }
  std::copy_n(sums[0], width, out);
}

template <class Step>
void reduce_units(const ReducePlan& plan, int64_t begin, int64_t end) {
  const Nest<1>& kept = plan.kept;
  const int inner = kept.rank - 1;
  if (!plan.by_columns) {
    // Units are (output, chunk), chunks innermost.
    for (int64_t unit = begin; unit < end;) {
      const int64_t k = unit / plan.chunks;
      for_each_piece(kept, k, k + 1, [&](const auto& at, int64_t) {
        for (; unit < end && unit / plan.chunks == k; ++unit) {
          const int64_t chunk = unit % plan.chunks;
          reduce_one<Step>(plan, plan.x + at[0], chunk, plan.out + chunk * plan.outputs + k);
        }
      });
    }
    return;
  }
  // Units are (chunk, outer kept index, tile), tiles innermost.
  const int64_t columns = kept.shape[inner];
  const int64_t tiles = (columns + kReduceTile - 1) / kReduceTile;
  const int64_t outer = plan.outputs / columns;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t column = unit % tiles * kReduceTile;
    const int64_t k = unit / tiles % outer * columns + column;
    const int64_t chunk = unit / tiles / outer;
    const int64_t width = std::min(kReduceTile, columns - column);
    for_each_piece(kept, k, k + 1, [&](const auto& at, int64_t) {
      reduce_tile<Step>(plan, plan.x + at[0], width, chunk, plan.out + chunk * plan.outputs + k);
    });
  }
}

void reduce_range(const ReducePlan& plan, int64_t begin, int64_t end) {
  switch (plan.reduction) {
    case Reduction::sum:
      return reduce_units<Summing>(plan, begin, end);
    case Reduction::sum_squares:
      return reduce_units<SummingSquares>(plan, begin, end);
    case Reduction::max:
      return reduce_units<Maximum>(plan, begin, end);
  }
}

void argmax_rows(const ArgmaxArgs<float>& args, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const float* x = args.x + r * args.columns;
    const float largest = reduce_row<Maximum>(x, args.columns, identity_of(Reduction::max));
    int64_t i = 0;
    if (std::isnan(largest)) {
      while (!std::isnan(x[i])) ++i;
    } else {
      while (x[i] != largest) ++i;
    }
    args.y[r] = i;
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(reduce_range);
HWY_EXPORT(argmax_rows);

namespace {

void run(const ReducePlan& plan) {
  int64_t units = plan.outputs * plan.chunks;
  int64_t values = std::min(plan.count, kReduceChunk);
  if (plan.by_columns) {
    const int64_t columns = plan.kept.shape[plan.kept.rank - 1];
    units = plan.chunks * (plan.outputs / columns) * ((columns + kReduceTile - 1) / kReduceTile);
    values *= std::min(columns, kReduceTile);
  }
  parallel_for(units, row_grain(values), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(reduce_range)(plan, begin, end);
  });
}

}  // namespace

void reduce(const ReduceArgs<float>& args) {
  const Nest<1> kept = coalesce(args.kept);
  const int64_t outputs = kept.count();
  if (outputs == 0) return;
  ReducePlan plan = {.reduction = args.reduction,
                     .kept = kept,
                     .reduced = coalesce(args.reduced),
                     .x = args.x,
                     .out = args.y,
                     .outputs = outputs};
  Scratch scratch;
  for (;;) {
    plan.count = plan.reduced.count();
    plan.chunks = std::max<int64_t>(1, (plan.count + kReduceChunk - 1) / kReduceChunk);
    plan.by_columns = plan.outputs > 1 && plan.kept.strides[0][plan.kept.rank - 1] == 1;
    plan.out = plan.chunks == 1 ? args.y : scratch.get<float>(plan.chunks * outputs);
    run(plan);
    if (plan.chunks == 1) break;
    // The chunks' results are reduced in their turn: [chunks, outputs], dense.
    if (plan.reduction == Reduction::sum_squares) plan.reduction = Reduction::sum;
    plan.x = plan.out;
    plan.kept = {.rank = 1, .shape = {outputs}, .strides = {Extents{1}}};
    plan.reduced = {.rank = 1, .shape = {plan.chunks}, .strides = {Extents{outputs}}};
  }
  if (args.reduction == Reduction::max || args.factor == 1.0f) return;
  for (int64_t k = 0; k < outputs; ++k) args.y[k] *= args.factor;
}

double sum(const SumArgs<float>& args) {
  double sum = 0;
  for (int64_t i = 0; i < args.count; ++i) sum += args.x[i];
  return sum;
}

void argmax(const ArgmaxArgs<float>& args) {
  parallel_for(args.rows, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(argmax_rows)(args, begin, end);
  });
}

}  // namespace hodhod::kernels::cpu
#endif
