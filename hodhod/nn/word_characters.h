// SPDX-License-Identifier: Apache-2.0
// Vectors of words from their letters (Lample et al. 2016 §4.1): a recurrent layer reads the letters in both
// directions; a word's vector is the state after its last letter beside the reverse state at its first.
//
// Dimensions: W words, L letters, H hidden units of a direction.
#pragma once

#include <cstdint>

#include "hodhod/nn/context.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct WordCharacters {
  Embedding embedding;  // of letters
  Recurrent rnn;

  WordCharacters() = default;
  // Uninitialised. `letters` ids, vectors of `width` channels, H = `hidden`.
  WordCharacters(Cell cell, int64_t letters, int64_t width, int64_t hidden, DType dtype = DType::f32)
      : embedding(letters, width, dtype),
        rnn({.cell = cell, .input = width, .hidden = hidden, .bidirectional = true}, dtype) {}

  int64_t output_width() const { return 2 * rnn.options.hidden; }

  // Letters ids [W, L], lengths [W] from 1 to L (undefined: all L) → [W, 2H]. A word's vector has the same
  // bits whatever the other words and the padding are.
  Tensor operator()(const Tensor& ids, const HostArray& lengths, Context& context) const {
    const RecurrentRun run = rnn(ids, embedding.weight, context, {.lengths = lengths});
    return concat({select(run.last.output, 0, 0), select(run.last.output, 0, 1)}, 1);
  }

  template <class V>
  void visit(V& v) {
    v("embedding", embedding);
    v("rnn", rnn);
  }
};

}  // namespace hodhod
