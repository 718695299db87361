// SPDX-License-Identifier: Apache-2.0
// Optimiser updates: one pass over a parameter, its gradient and its state, and the squared norm for
// clipping.
//
// Every update first scales the gradient: g ← scale · g (global-norm clipping, loss scaling), and with an L2
// `weight_decay` λ adds λ · p. The conventions are PyTorch's. All arrays hold `count` elements and do not
// overlap.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// Stochastic gradient descent with momentum:
//   first step  b = g;   later  b ← momentum · b + (1 − dampening) · g
//   p ← p − rate · (nesterov ? g + momentum · b : b),   without momentum  p ← p − rate · g
template <class T>
struct SgdArgs {
  T* value = nullptr;
  const T* gradient = nullptr;
  T* velocity = nullptr;  // b; null means no momentum
  int64_t count = 0;
  double rate = 0;
  double scale = 1;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  bool first_step = false;
};

// Adam (Kingma & Ba 2015) and, with `decoupled`, AdamW (Loshchilov & Hutter 2019):
//   decoupled  p ← p − rate · λ · p
//   m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²;   with v_max  v_max ← max(v_max, v), used in place of v
//   p ← p − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
template <class T>
struct AdamArgs {
  T* value = nullptr;
  const T* gradient = nullptr;
  T* mean = nullptr;            // m
  T* square = nullptr;          // v
  T* largest_square = nullptr;  // v_max (AMSGrad); may be null
  int64_t count = 0;
  int64_t step = 1;  // t, counted from 1
  double rate = 0;
  double scale = 1;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  bool decoupled = false;
};

// Adagrad (Duchi et al. 2011):  s ← s + g²;   p ← p − rate · g / (√s + ε)
template <class T>
struct AdagradArgs {
  T* value = nullptr;
  const T* gradient = nullptr;
  T* square_sum = nullptr;  // s
  int64_t count = 0;
  double rate = 0;
  double scale = 1;
  double epsilon = 1e-10;
  double weight_decay = 0;
};

// RMSprop (Hinton 2012):
//   v ← α v + (1 − α) g²;   with mean  a ← α a + (1 − α) g and v − a² in place of v below
//   d = g / (√v + ε);   with velocity  b ← momentum · b + d, p ← p − rate · b,   else  p ← p − rate · d
template <class T>
struct RmspropArgs {
  T* value = nullptr;
  const T* gradient = nullptr;
  T* square = nullptr;    // v
  T* mean = nullptr;      // a ("centered"); may be null
  T* velocity = nullptr;  // b; may be null
  int64_t count = 0;
  double rate = 0;
  double scale = 1;
  double alpha = 0.99;
  double epsilon = 1e-8;
  double momentum = 0;
  double weight_decay = 0;
};

// Σ xᵢ², in double and in one fixed order whatever the threads or the instruction set. A sum of squares of
// float32 cannot overflow a double, so the result is finite exactly if every element is: the norm and the
// question "all finite?" cost one pass together.
template <class T>
struct SumSquaresArgs {
  const T* x = nullptr;
  int64_t count = 0;
};

namespace cpu {
void sgd(const SgdArgs<float>& args);
void adam(const AdamArgs<float>& args);
void adagrad(const AdagradArgs<float>& args);
void rmsprop(const RmspropArgs<float>& args);
double sum_squares(const SumSquaresArgs<float>& args);
}  // namespace cpu

namespace reference {
void sgd(const SgdArgs<double>& args);
void adam(const AdamArgs<double>& args);
void adagrad(const AdagradArgs<double>& args);
void rmsprop(const RmspropArgs<double>& args);
double sum_squares(const SumSquaresArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
