// SPDX-License-Identifier: Apache-2.0
// The values that a Transformer's parameters begin with.
#pragma once

#include "hodhod/base/rng.h"
#include "hodhod/models/model.h"

namespace hodhod {

class TransformerModel;

// Biases 0, norms 1. Embeddings normal with deviation 1/√C where they are scaled by √C, else 0.02. Matrices
// of a post-norm model Xavier-uniform (Glorot & Bengio 2010: ±√(6 / (in + out))); of a pre-norm model normal
// with 0.02, those that end a sub-layer divided by √(2 · layers) (Radford et al. 2019). Learned positions
// normal with 0.02, but in an encoder the sinusoids of "Attention Is All You Need" §3.5 with that deviation:
// places near each other are alike from the start, and a model that guesses hidden words need not find that
// out first. Each parameter draws from a stream of its own, named by its name; only those that are `wanted`
// do.
void draw_initial_weights(TransformerModel& model, const Rng& rng, const ParameterChoice& wanted);

}  // namespace hodhod
