// SPDX-License-Identifier: Apache-2.0
// What a forward pass gets besides its input; nothing of it is global.
#pragma once

#include <cstdint>
#include <string_view>

#include "hodhod/base/rng.h"
#include "hodhod/nn/trace.h"
#include "hodhod/ops/packed_weights.h"
#include "hodhod/ops/weight.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What attention is kept from seeing, for looking inside: added to the scores of every layer, where −∞ cuts
// the link from a query to a key. [B or 1, H or 1, T, S] each; undefined: nothing is cut.
struct AttentionCuts {
  Tensor encoder = {}, decoder = {};  // self-attention
  Tensor cross = {};
};

// `rng` names the randomness of this step; each dropout takes a stream of its own by next_stream(), in the
// order of the forward pass, so masks are a function of (seed, step, place, element) alone.
struct Context {
  bool training = false;
  // Layers of a Transformer leave only their inputs on the tape, and the backward pass computes them again:
  // less memory, more time, the same bits. Model and trace must be there until then.
  bool recompute = false;
  // The gradient of a table of embeddings comes as the rows that were looked up (tensor/gradient.h).
  bool row_gradients = false;
  // If not null: the head of a language model computes its logits off the tape, and puts here the hidden
  // states that it was given, for a caller who wants gradients of few tokens' logits alone (OutputProduct).
  Tensor* head_input = nullptr;
  Rng rng{};
  Trace* trace = nullptr;
  const AttentionCuts* cuts = nullptr;  // of a Transformer
  PackedWeights* packed = nullptr;      // of the model's weights, while sequences are decoded
  uint64_t streams = 0;                 // handed out so far

  Rng next_stream() { return rng.fork(++streams); }
};

// The weight for a product with x [..., in].
inline Weight weight_for(const Context& context, const Tensor& weight, const Tensor& x) {
  if (!context.packed || x.rank() == 0 || x.dim(-1) == 0) return weight;
  return context.packed->of(weight, x.numel() / x.dim(-1));
}

// Adds to the trace if there is one.
inline void trace(Context& context, std::string_view name, Component component, std::string_view axes,
                  const Tensor& tensor) {
  if (context.trace) context.trace->add(name, component, axes, tensor);
}

}  // namespace hodhod
