// SPDX-License-Identifier: Apache-2.0
// The initial values of a Transformer's parameters.
#pragma once

#include "hodhod/base/rng.h"
#include "hodhod/models/model.h"

namespace hodhod {

class TransformerModel;

// Sets the parameters for which `wanted` is true:
//   - biases: 0; weights of norms: 1;
//   - embeddings and output layer: normal, with deviation 1/√C if the model scales embeddings by √C,
//     otherwise 0.02;
//   - matrices of a post-norm model: Xavier-uniform (Glorot & Bengio 2010: ±√(6 / (in + out)));
//   - matrices of a pre-norm model: normal with deviation 0.02; those that end a sub-layer are divided by
//     √(2 · layers) (Radford et al. 2019);
//   - learned positions, token types and relative positions: normal with deviation 0.02;
//   - learned positions of a model with a masked-language head: the sinusoids of "Attention Is All You Need"
//     §3.5, scaled to deviation 0.02. Nearby positions are then similar from the start, so that a model that
//     predicts masked words need not learn this first.
// Each parameter draws from its own random stream, derived from its name, so that its values do not depend on
// the others.
void draw_initial_weights(TransformerModel& model, const Rng& rng, const ParameterChoice& wanted);

}  // namespace hodhod
