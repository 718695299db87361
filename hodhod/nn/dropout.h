// SPDX-License-Identifier: Apache-2.0
// Dropout as a layer; it does nothing outside of training.
#pragma once

#include "hodhod/nn/context.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"

namespace hodhod {

struct Dropout {
  double probability = 0;

  bool active(const Context& context) const { return context.training && probability > 0; }

  Tensor operator()(const Tensor& x, Context& context) const {
    return active(context) ? dropout(x, probability, context.next_stream()) : x;
  }
  // residual + dropout(x)
  Tensor operator()(const Tensor& x, const Tensor& residual, Context& context) const {
    if (!active(context)) return add(x, residual);
    return dropout_add(x, Tensor(), residual, probability, context.next_stream());
  }

  template <class V>
  void visit(V&) {}
};

}  // namespace hodhod
