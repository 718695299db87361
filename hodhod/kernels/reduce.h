// SPDX-License-Identifier: Apache-2.0
// Reductions over any dimensions.
//
// The bits of a result depend on the values and their number alone: not on threads, nor on which dimensions
// they lie along, nor on the steps between them. (Every 4096 values are reduced as rows-inl.h says, then the
// results in turn.)
#pragma once

#include <cstdint>

#include "hodhod/kernels/nest.h"

namespace hodhod::kernels {

enum class Reduction { sum, sum_squares, max };

// y[k] = factor · Σ x, factor · Σ x² or max x over the `reduced` loops, for each element k of the `kept`
// loops, in their order. The max of nothing is −∞; NaN wins. y is dense and apart from x.
template <class T>
struct ReduceArgs {
  Reduction reduction;
  Nest<1> kept;
  Nest<1> reduced;
  const T* x;
  T* y;
  T factor = 1;
};

// y[r] = the first position of the largest of n values, those of row r being x[r n + i]; NaN counts as
// largest. n ≥ 1.
template <class T>
struct ArgmaxArgs {
  int64_t rows;
  int64_t columns;
  const T* x;
  int64_t* y;
};

// Σ xᵢ in double, in the order of i.
template <class T>
struct SumArgs {
  const T* x;
  int64_t count;
};

namespace cpu {
double sum(const SumArgs<float>& args);
void reduce(const ReduceArgs<float>& args);
void argmax(const ArgmaxArgs<float>& args);
}  // namespace cpu

namespace reference {
double sum(const SumArgs<double>& args);
void reduce(const ReduceArgs<double>& args);
void argmax(const ArgmaxArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
