// SPDX-License-Identifier: Apache-2.0
// The gradients of attention's weights and scores, which are on no tape: they follow from that of the heads.
//
//   dP = dO · Vᵀ        dS = P ∘ (dP − Σ_s P ∘ dP)
#pragma once

#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

struct AttentionGradients {
  Tensor probabilities, scores;  // [B, H, T, S]
};

// From dO [B, T, H, D], the values V [B, S, kv_heads, D] and P [B, H, T, S]; f32 or f64. Where P is 0 because
// a mask hides the key, dS is 0, and dP says what a weight there would do.
AttentionGradients attention_gradients(const Tensor& dheads, const Tensor& values,
                                       const Tensor& probabilities);

}  // namespace hodhod::look
