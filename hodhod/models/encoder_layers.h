// SPDX-License-Identifier: Apache-2.0
// The states of every layer of an encoder.
#pragma once

#include <vector>

#include "hodhod/models/encoder.h"

namespace hodhod {

// [B, T, C] of each layer: 0 is what the first one reads, and the last are the states of encode(), after the
// norm that follows the layers if there is one (`hidden_states` of Transformers). They are those of
// Encoder::encode_layers, or what the model traces as `embedding.output` and `layer.N.output`
// (docs/trace.md). They are for looking: no gradient is sure to flow through them, and a trace in the context
// is told nothing of them. None for a model without such layers.
std::vector<Tensor> states_of_layers(const Encoder& encoder, const TokenBatch& tokens, Context& context);

}  // namespace hodhod
