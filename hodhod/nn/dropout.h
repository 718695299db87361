// SPDX-License-Identifier: Apache-2.0
// Dropout as a layer; it does nothing outside of training.
#pragma once

#include "hodhod/nn/context.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"

namespace hodhod {

// Dropout of x [B, T, C] in training, of the same channels for all T (locked or variational dropout, Gal &
// Ghahramani 2016). With `time_first`, x is [T, B, C].
inline Tensor locked_dropout(const Tensor& x, double probability, Context& context, bool time_first = false) {
  if (!context.training || probability <= 0) return x;
  const Shape shape = time_first ? Shape{1, x.dim(1), x.dim(2)} : Shape{x.dim(0), 1, x.dim(2)};
  return mul(x, dropout(Tensor::full(shape, 1, x.dtype(), x.device()), probability, context.next_stream()));
}

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
