// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/source_attention.h"

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"

namespace hodhod {

SourceAttention::SourceAttention(AttentionScore kind, int64_t width) : score(kind) {
  if (kind != AttentionScore::dot) key.emplace(width, width, false);
  if (kind != AttentionScore::additive) return;
  query.emplace(width, width, false);
  energy.emplace(width, 1, false);
}

SourceMemory SourceAttention::memory(const Tensor& states, const HostArray& lengths) const {
  return {states, key ? (*key)(states) : Tensor(), lengths};
}

SourceReading SourceAttention::operator()(const Tensor& q, const SourceMemory& memory) const {
  const Tensor& keys = key ? memory.keys : memory.states;
  const int64_t rows = q.dim(0), times = q.dim(1), width = q.dim(2), source = keys.dim(1);
  Tensor scores;
  if (score == AttentionScore::additive) {
    const Tensor both =
        add(reshape((*query)(q), {rows, times, 1, width}), reshape(keys, {rows, 1, source, width}));
    scores = reshape((*energy)(tanh(both)), {rows, times, source});
  } else {
    scores = matmul(q, keys, {.transpose_b = true});
  }
  const Tensor weights = softmax(scores, {.lengths = memory.lengths});
  return {matmul(weights, memory.states), scores, weights};
}

}  // namespace hodhod
