// SPDX-License-Identifier: Apache-2.0
// The weights of a linear-chain conditional random field (ops/crf.h), as a layer on top of a tagger's logits.
#pragma once

#include <cstdint>

#include "hodhod/ops/crf.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Crf {
  CrfWeights weights;

  Crf() = default;
  // Uninitialised. For L labels.
  explicit Crf(int64_t labels, DType dtype = DType::f32)
      : weights{Tensor::empty({labels, labels}, dtype), Tensor::empty({labels}, dtype),
                Tensor::empty({labels}, dtype)} {}

  // The names are those of pytorch-crf.
  template <class V>
  void visit(V& v) {
    v("transitions", weights.transitions);
    v("start_transitions", weights.start);
    v("end_transitions", weights.end);
  }
};

}  // namespace hodhod
