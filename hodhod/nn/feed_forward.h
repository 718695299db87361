// SPDX-License-Identifier: Apache-2.0
// The position-wise feed-forward network.
#pragma once

#include <cstdint>
#include <optional>

#include "hodhod/kernels/formulas.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/linear.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct FeedForwardOptions {
  int64_t width = 0;   // C
  int64_t hidden = 0;  // F
  kernels::Activation activation = kernels::Activation::relu;
  bool gated = false;
  bool bias = true;
  double dropout = 0;  // of the hidden units, in training
};

// Plain ("Attention Is All You Need", §3.3) and gated (Shazeer 2020, "GLU variants improve Transformer"):
//   y = act(x·Uᵀ + b_u)·Dᵀ + b_d            y = (act(x·Gᵀ + b_g) ⊙ (x·Uᵀ + b_u))·Dᵀ + b_d
// with x and y [B, T, C] and U, G [F, C], D [C, F]. Traces x·Uᵀ + b_u ("up") and x·Gᵀ + b_g ("gate"), what
// they become together ("hidden", before dropout) and y ("output").
struct FeedForward {
  FeedForwardOptions options;
  Linear up, down;
  std::optional<Linear> gate;

  FeedForward() = default;
  // Uninitialised parameters.
  explicit FeedForward(const FeedForwardOptions& options, DType dtype = DType::f32);

  // With `residual` [B, T, C] defined: residual + dropout(y), dropout only in training.
  Tensor operator()(const Tensor& x, Context& context, const Tensor& residual = {}, double dropout = 0) const;

  template <class V>
  void visit(V& v) {
    v("up", up);
    v("gate", gate);
    v("down", down);
  }

 private:
  struct HiddenUnits {
    Tensor values;                                                // [B, T, F]
    kernels::Activation pending = kernels::Activation::identity;  // which the last product still has to apply
  };
  HiddenUnits hidden_units(const Tensor& x, Context& context) const;
};

}  // namespace hodhod
