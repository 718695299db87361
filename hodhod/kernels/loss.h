// SPDX-License-Identifier: Apache-2.0
// Losses: cross entropy over classes, row by row, and losses of one number against another.
#pragma once

#include <cstdint>

namespace hodhod {
// The target that means: no loss here (PyTorch's ignore_index).
inline constexpr int64_t kIgnoreIndex = -100;
}  // namespace hodhod

namespace hodhod::kernels {

// Cross entropy of logits x [rows, classes] against class numbers y, with label smoothing ε (Szegedy et al.
// 2016) and class weights w (1 where there are none). With L = log Σ e^x, and zero for rows whose target is
// ignored,
//
//   loss = (1 − ε) w_y (L − x_y) + ε / classes · Σ_c w_c (L − x_c)
//   dx_c = scale · [ A e^(x_c − L) − (1 − ε) w_y δ_cy − ε / classes · w_c ]
//   A    = (1 − ε) w_y + ε / classes · Σ_c w_c
//
// A row's results depend on the row alone. Targets that are not ignored are from 0 to classes − 1 (unchecked
// here).
template <class T>
struct CrossEntropyArgs {
  int64_t rows = 0;
  int64_t classes = 0;
  const T* logits = nullptr;  // rows `stride` elements apart
  int64_t stride = 0;
  const int64_t* targets = nullptr;  // [rows]
  int64_t ignored = kIgnoreIndex;
  double smoothing = 0;
  const T* weights = nullptr;  // [classes], or null
  T* losses = nullptr;         // [rows], or null
  T* logs = nullptr;           // [rows], L; or null
  T* dlogits = nullptr;        // rows `stride` elements apart, may be logits; or null
  double scale = 1;
};

// dx alone, from the logs that cross_entropy gave, with a scale of its own for each row.
template <class T>
struct CrossEntropyBackwardArgs {
  int64_t rows = 0;
  int64_t classes = 0;
  const T* logits = nullptr;
  int64_t stride = 0;
  const int64_t* targets = nullptr;
  int64_t ignored = kIgnoreIndex;
  double smoothing = 0;
  const T* weights = nullptr;
  const T* logs = nullptr;
  const T* scales = nullptr;  // [rows], times `scale`; or null for ones
  double scale = 1;
  T* dlogits = nullptr;  // may be logits
};

// Cross entropy against probabilities q, smoothed to t = (1 − ε) q + ε / classes:
//   loss = Σ_c w_c t_c (L − x_c);   dx_c = scale · scales · [ e^(x_c − L) Σ w t − w_c t_c ]
template <class T>
struct SoftCrossEntropyArgs {
  int64_t rows = 0;
  int64_t classes = 0;
  const T* logits = nullptr;         // [rows, classes]
  const T* probabilities = nullptr;  // [rows, classes]
  double smoothing = 0;
  const T* weights = nullptr;  // [classes], or null
  T* losses = nullptr;         // [rows], or null
  T* dlogits = nullptr;        // [rows, classes], or null
  const T* scales = nullptr;   // [rows], or null for ones
  double scale = 1;
};

enum class PointwiseLoss {
  square,     // (x − t)²
  absolute,   // |x − t|; derivative 0 where x = t
  smooth,     // smooth L1 (Girshick 2015): d² / 2β where d = |x − t| < β, else d − β / 2
  binary,     // binary cross entropy of a logit: max(x, 0) − x t + log(1 + e^−|x|)
  divergence  // Kullback–Leibler, x a log-probability: t (log t − x), 0 where t = 0
};

template <class T>
struct PointwiseLossArgs {
  PointwiseLoss loss = PointwiseLoss::square;
  int64_t count = 0;
  const T* x = nullptr;
  const T* target = nullptr;
  double beta = 1;
  T* losses = nullptr;  // [count], or null
  // scale · scales[i] · d loss / d x, or null
  T* dx = nullptr;
  const T* scales = nullptr;  // [count], or null for ones
  double scale = 1;
};

namespace cpu {
void cross_entropy(const CrossEntropyArgs<float>& args);
void cross_entropy_backward(const CrossEntropyBackwardArgs<float>& args);
void soft_cross_entropy(const SoftCrossEntropyArgs<float>& args);
void pointwise_loss(const PointwiseLossArgs<float>& args);
}  // namespace cpu

namespace reference {
void cross_entropy(const CrossEntropyArgs<double>& args);
void cross_entropy_backward(const CrossEntropyBackwardArgs<double>& args);
void soft_cross_entropy(const SoftCrossEntropyArgs<double>& args);
void pointwise_loss(const PointwiseLossArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
