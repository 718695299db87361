// SPDX-License-Identifier: Apache-2.0
// Dropout (Srivastava et al. 2014) whose mask is a function of (seed, stream, element) and is never stored:
// the backward pass draws it again.
#pragma once

#include <cstdint>

#include "hodhod/base/rng.h"

namespace hodhod::kernels {

// y[e] = keep(e) (x[e] + bias[c]) / (1 − probability) + residual[e] for element e = r · columns + c of `rows`
// rows. The gradient of x is the same with dy for x, and without bias and residual. y may be x or residual.
template <class T>
struct DropoutArgs {
  int64_t rows;
  int64_t columns;
  double probability;  // of dropping, 0 ≤ p < 1
  uint64_t seed;
  uint64_t stream;
  const T* x;
  const T* bias = nullptr;      // [columns]; null: 0
  const T* residual = nullptr;  // [rows, columns]; null: 0
  T* y;
};

// Elements come in groups of 64 that 16 Philox blocks serve: element e has word (e / 16) mod 4 of block
// 16 (e / 64) + e mod 16. It is kept where the word is at least dropout_threshold(probability).
inline constexpr int64_t kDropoutGroup = 64;
inline uint32_t dropout_threshold(double probability) {
  const double words = probability * 0x1p32 + 0.5;
  return words >= 0x1p32 ? ~uint32_t{0} : static_cast<uint32_t>(words);
}
inline bool dropout_keeps(const Rng& rng, int64_t element, uint32_t threshold) {
  const auto words = rng.at(static_cast<uint64_t>(element / 64 * 16 + element % 16));
  return words[element / 16 % 4] >= threshold;
}

namespace cpu {
void dropout(const DropoutArgs<float>& args);
}  // namespace cpu

namespace reference {
void dropout(const DropoutArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
