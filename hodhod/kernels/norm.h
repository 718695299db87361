// SPDX-License-Identifier: Apache-2.0
// Layer normalisation (Ba et al. 2016) and root-mean-square normalisation (Zhang and Sennrich 2019) of rows,
// with the residual sum that goes before them in a Transformer fused in.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hodhod::kernels {

enum class NormKind { layer, rms };
constexpr std::array<std::string_view, 2> names_of(NormKind) { return {"layer", "rms"}; }

// s = x + residual
// layer: y = (s − mean(s)) · scale · gamma + beta, scale = 1 / √(mean((s − mean(s))²) + epsilon)
// rms:   y = s · scale · gamma + beta, scale = 1 / √(mean(s²) + epsilon)
// for each of `rows` rows of `columns`, all dense. A row's bits depend on that row alone.
template <class T>
struct NormArgs {
  NormKind kind;
  int64_t rows;
  int64_t columns;
  T epsilon;
  const T* x;
  const T* residual = nullptr;  // null: s = x
  const T* gamma = nullptr;     // [columns]; null: 1
  const T* beta = nullptr;      // [columns]; null: 0
  T* y;                         // not x or residual
  T* sum = nullptr;             // where s goes when there is a residual; null: nowhere
  T* mean = nullptr;            // [rows], NormKind::layer only; null: not wanted
  T* scale = nullptr;           // [rows]; null: not wanted
};

// Gradients of the above, given s (x where there was no residual), mean and scale:
//   dx = ∂y/∂s dy + dsum,   dgamma = Σ_rows dy · normalised,   dbeta = Σ_rows dy
// dx is the gradient of x and of residual alike. The sums over rows are by blocks that the number of rows
// fixes.
template <class T>
struct NormBackwardArgs {
  NormKind kind;
  int64_t rows;
  int64_t columns;
  const T* s;
  const T* gamma = nullptr;
  const T* mean = nullptr;
  const T* scale;
  const T* dy;
  const T* dsum = nullptr;        // gradient that s has from elsewhere; null: none
  T* dx = nullptr;                // null: not wanted; may be dy or dsum
  T* dgamma = nullptr;            // [columns]; null: not wanted
  T* dbeta = nullptr;             // [columns]; null: not wanted
  bool accumulate_gamma = false;  // add to dgamma, dbeta instead of setting them
  bool accumulate_beta = false;
};

namespace cpu {
void norm(const NormArgs<float>& args);
void norm_backward(const NormBackwardArgs<float>& args);
}  // namespace cpu

namespace reference {
void norm(const NormArgs<double>& args);
void norm_backward(const NormBackwardArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
