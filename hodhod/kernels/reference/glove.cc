// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/glove.h"

#include <algorithm>
#include <cmath>

namespace hodhod::kernels::reference {

void glove(const GloveArgs<double>& args) {
  const int64_t n = args.columns;
  const auto step_of = [](double gradient, double rate) {
    return rate * std::clamp(gradient, -kGloveClip, kGloveClip);
  };
  for (int64_t g = 0; g < args.groups; ++g) {
    for (int64_t i = args.begin[g]; i < args.begin[g + 1]; ++i) {
      const GlovePair& pair = args.pairs[i];
      double* w = args.words.vectors + pair.word * n;
      double* c = args.contexts.vectors + pair.context * n;
      double* w_squares = args.words.squares + pair.word * n;
      double* c_squares = args.contexts.squares + pair.context * n;
      double error = args.words.biases[pair.word] + args.contexts.biases[pair.context] - pair.log_count;
      for (int64_t k = 0; k < n; ++k) error += w[k] * c[k];
      const double weighted = pair.weight * error;
      args.loss[g] += 0.5 * weighted * error;
      for (int64_t k = 0; k < n; ++k) {
        const double w_step = step_of(weighted * c[k], args.rate),
                     c_step = step_of(weighted * w[k], args.rate);
        w[k] -= w_step / std::sqrt(w_squares[k]);
        c[k] -= c_step / std::sqrt(c_squares[k]);
        w_squares[k] += w_step * w_step;
        c_squares[k] += c_step * c_step;
      }
      args.words.biases[pair.word] -= weighted / std::sqrt(args.words.bias_squares[pair.word]);
      args.contexts.biases[pair.context] -= weighted / std::sqrt(args.contexts.bias_squares[pair.context]);
      args.words.bias_squares[pair.word] += weighted * weighted;
      args.contexts.bias_squares[pair.context] += weighted * weighted;
    }
  }
}

}  // namespace hodhod::kernels::reference
