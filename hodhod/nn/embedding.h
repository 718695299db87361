// SPDX-License-Identifier: Apache-2.0
// A table with one row for each token, to which adapters may add.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/nn/context.h"
#include "hodhod/nn/low_rank.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Embedding {
  Tensor weight;                          // [V, C]
  std::vector<LowRankAdapter> lora = {};  // usually none; the result has the sum of all

  Embedding() = default;
  // Uninitialised (see initialisers.h).
  Embedding(int64_t rows, int64_t width, DType dtype = DType::f32)
      : weight(Tensor::empty({rows, width}, dtype)) {}

  // ids [...] → [..., C]
  Tensor operator()(const Tensor& ids, const Context& context, EmbeddingOptions options = {}) const {
    options.row_gradient = context.row_gradients;
    Tensor x = embedding(ids, weight, options);
    for (const LowRankAdapter& adapter : lora) x = adapter.of_rows(ids, options.factor, context, x);
    return x;
  }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("lora", lora);
  }
};

}  // namespace hodhod
