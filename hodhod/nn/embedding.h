// SPDX-License-Identifier: Apache-2.0
// A table with one row for each token.
#pragma once

#include <cstdint>

#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Embedding {
  EmbeddingOptions options;
  Tensor weight;  // [V, C]

  Embedding() = default;
  // Uninitialised (see initialisers.h).
  Embedding(int64_t rows, int64_t width, const EmbeddingOptions& embedding_options = {},
            DType dtype = DType::f32)
      : options(embedding_options), weight(Tensor::empty({rows, width}, dtype)) {}

  int64_t rows() const { return weight.dim(0); }
  int64_t width() const { return weight.dim(1); }

  // ids [...] → [..., C]
  Tensor operator()(const Tensor& ids) const { return embedding(ids, weight, options); }

  // The tied output layer: x·weightᵀ + bias for x [..., C], giving [..., V]; bias [V] or undefined.
  Tensor logits(const Tensor& x, const Tensor& bias = {}) const { return linear(x, weight, bias); }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
  }
};

}  // namespace hodhod
