// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/feed_forward.h"

#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"

namespace hodhod {

FeedForward::FeedForward(const FeedForwardOptions& given, DType dtype)
    : options(given),
      up(given.width, given.hidden, given.bias, dtype),
      down(given.hidden, given.width, given.bias, dtype) {
  if (options.gated) gate.emplace(given.width, given.hidden, given.bias, dtype);
}

Tensor FeedForward::operator()(const Tensor& x, Context& context, const Tensor& residual,
                               double dropout) const {
  LinearOptions last;
  Tensor inner;
  if (gate) {
    inner = gated(options.activation, (*gate)(x), up(x));
  } else {
    // The activation is the last product's: what it makes of the hidden units need not be kept.
    inner = up(x);
    last.activation = options.activation;
    if (context.trace) trace(context, "hidden", activate(options.activation, inner));
  }
  if (context.training && options.dropout > 0) {
    if (!gate) inner = activate(options.activation, inner);
    last.activation = kernels::Activation::kIdentity;
    inner = hodhod::dropout(inner, options.dropout, context.next_stream());
  }
  if (gate) trace(context, "hidden", inner);
  if (!context.training || dropout == 0) {
    last.residual = residual;
    return down(inner, last);
  }
  return dropout_add(linear(inner, down.weight, {}, last), down.bias, residual, dropout,
                     context.next_stream());
}

}  // namespace hodhod
