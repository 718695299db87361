// SPDX-License-Identifier: Apache-2.0
// A layer of a Transformer that leaves only its inputs on the tape; the backward pass runs it again.
#pragma once

#include "hodhod/nn/transformer_block.h"

namespace hodhod {

// block(x, setting, context) with the bits of the block's own results and gradients. `memory` [B, S, C], what
// cross-attention attends to under `to_memory`, is undefined for a block without one. The block, and the
// context's trace, must be there until the backward pass.
Tensor recomputed(const TransformerBlock& block, const Tensor& x, const AttentionSetting& setting,
                  Context& context, const Tensor& memory = {}, const AttentionSetting& to_memory = {});

}  // namespace hodhod
