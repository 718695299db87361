// SPDX-License-Identifier: Apache-2.0
// Negative sampling (Mikolov et al. 2013, "Distributed representations of words and phrases", equation 4): a
// hidden vector tells the rows that belong to it from rows that were drawn.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// For each example e, with h = hidden[hidden_row[e]] and its targets t from begin[e] to begin[e + 1] − 1, of
// which the table holds the rows o_t = table[rows[t]]:
//
//   loss_e = Σ_t  times[t] > 0:  −times[t] ln σ(h·o_t);  times[t] < 0:  times[t] ln σ(−h·o_t)
//   coefficient[t] = −rate ∂loss_e/∂(h·o_t) = rate |times[t]| ([times[t] > 0] − σ(h·o_t))
//   step[e] = Σ_t coefficient[t] o_t = −rate ∂loss_e/∂h
//
// times[t] says how often the target is taken, and by its sign whether it belongs to the example. A step down
// the gradient adds step[e] to h and coefficient[t] h to o_t.
template <class T>
struct NegativeSamplingArgs {
  int64_t examples;
  int64_t columns;
  T rate;
  const T* hidden;
  const int32_t* hidden_row;  // [examples]
  const int32_t* begin;       // [examples + 1]
  const int32_t* rows;        // [targets]
  const T* times;             // [targets]
  const T* table;
  T* coefficient;  // [targets]
  T* step;         // [examples, columns]
};

namespace cpu {
void negative_sampling(const NegativeSamplingArgs<float>& args);
}
namespace reference {
void negative_sampling(const NegativeSamplingArgs<double>& args);
}

}  // namespace hodhod::kernels
