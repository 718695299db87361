// SPDX-License-Identifier: Apache-2.0
// Steps of GloVe (Pennington et al. 2014, "GloVe: global vectors for word representation", equation 8) by
// AdaGrad, as the authors' program makes them.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// A word, a word that stands near it, ln X and f(X) of how often it does.
struct GlovePair {
  int32_t word;
  int32_t context;
  float log_count;
  float weight;
};

// The largest part of a gradient.
constexpr double kGloveClip = 100;

// One side of the model: words, or contexts. `squares` are sums of squared steps, which begin at 1.
template <class T>
struct GloveTable {
  T* vectors;       // [rows, columns]
  T* squares;       // [rows, columns]
  T* biases;        // [rows]
  T* bias_squares;  // [rows]
};

// For pair after pair, from begin[g] to begin[g + 1] − 1 of each of `groups` groups:
//
//   e = w·c + b_w + b_c − log_count;  loss[g] += ½ weight e²
//   s = rate · clip(weight e c, ±kGloveClip);  w −= s / √squares_w;  squares_w += s²;  likewise c, with the old w
//   b_w −= weight e / √bias_squares_w;  bias_squares_w += (weight e)²;  likewise b_c
//
// The step of a bias is not multiplied by the rate. Groups must share neither words nor contexts: they are
// done at the same time.
template <class T>
struct GloveArgs {
  int64_t groups;
  int64_t columns;
  const int64_t* begin;  // [groups + 1]
  const GlovePair* pairs;
  T rate;
  GloveTable<T> words, contexts;
  double* loss;  // [groups], added to
};

namespace cpu {
void glove(const GloveArgs<float>& args);
}
namespace reference {
void glove(const GloveArgs<double>& args);
}

}  // namespace hodhod::kernels
