// SPDX-License-Identifier: Apache-2.0
// A table with a row for each token.
#pragma once

#include <cstdint>

#include "hodhod/ops/embedding.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Embedding {
  EmbeddingOptions options;
  Tensor weight;  // [V, C]; as the weight of a Linear [out, in] it is the tied output layer

  Embedding() = default;
  // Uninitialised (see initialisers.h).
  Embedding(int64_t rows, int64_t width, const EmbeddingOptions& embedding_options = {},
            DType dtype = DType::f32)
      : options(embedding_options), weight(Tensor::empty({rows, width}, dtype)) {}

  int64_t rows() const { return weight.dim(0); }
  int64_t width() const { return weight.dim(1); }

  // ids [...] → [..., C]
  Tensor operator()(const Tensor& ids) const { return embedding(ids, weight, options); }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
  }
};

}  // namespace hodhod
