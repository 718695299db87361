// SPDX-License-Identifier: Apache-2.0
// Attention of a recurrent decoder to its source, with one head.
//
//   score(q, h_j) = vᵀ tanh(W q + U h_j)   additive (Bahdanau et al. 2015)
//                 = qᵀ h_j                 dot      (Luong et al. 2015)
//                 = qᵀ W h_j               general  (Luong et al. 2015)
//   context       = Σ_j softmax_j(score(q, h_j)) h_j
//
// What depends on the source alone (U h_j, W h_j) is computed once. A row has the same bits whatever the
// other rows and the padding are.
//
// Dimensions: B batch, T queries, S source time, C width.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hodhod/nn/linear.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

enum class AttentionScore { additive, dot, general };

// A source as the decoder reads it.
struct SourceMemory {
  Tensor states;           // h [B, S, C]
  Tensor keys = {};        // what scores are computed from, [B, S, C]; undefined: the states themselves
  HostArray lengths = {};  // [B]; undefined: all S
  Tensor tokens = {};      // [B, S], where tokens are copied
};

// What queries read from a source.
struct SourceReading {
  Tensor context;  // [B, T, C]
  Tensor scores;   // [B, T, S]
  Tensor weights;  // their softmax; 0 past a source's end
};

struct SourceAttention {
  AttentionScore score = AttentionScore::dot;
  std::optional<Linear> query;   // W of additive
  std::optional<Linear> key;     // U of additive, W of general
  std::optional<Linear> energy;  // vᵀ of additive, [1, C]

  SourceAttention() = default;
  // Uninitialised.
  SourceAttention(AttentionScore kind, int64_t width);

  // states [B, S, C]
  SourceMemory memory(const Tensor& states, const HostArray& lengths) const;
  // For queries q [B, T, C].
  SourceReading operator()(const Tensor& q, const SourceMemory& memory) const;

  template <class V>
  void visit(V& v) {
    v("query", query);
    v("key", key);
    v("energy", energy);
  }
};

}  // namespace hodhod
