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
