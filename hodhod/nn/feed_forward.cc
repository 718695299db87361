// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/feed_forward.h"

#include "hodhod/nn/sub_layer.h"
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
  const HiddenUnits hidden = hidden_units(x, context);
  return end_sub_layer(down, hidden.values,
                       {.component = Component::feed_forward,
                        .activation = hidden.pending,
                        .residual = residual,
                        .dropout = dropout},
                       context);
}

FeedForward::HiddenUnits FeedForward::hidden_units(const Tensor& x, Context& context) const {
  const Tensor raised = up(x, context), opened = gate ? (*gate)(x, context) : Tensor();
  trace(context, "up", Component::feed_forward, "BTF", raised);
  if (gate) trace(context, "gate", Component::feed_forward, "BTF", opened);
  const bool drops = context.training && options.dropout > 0;
  // A trace on the tape shows the gradient of the hidden units, so they have to stand there.
  const bool shown = context.trace && recording();
  // Without a gate the last product applies the activation: its result need not be kept for backward.
  if (!gate && !drops && !shown) {
    if (context.trace) {
      context.trace->add("hidden", Component::feed_forward, "BTF", raised.shape(),
                         [&] { return activate(options.activation, raised); });
    }
    return {raised, options.activation};
  }
  const Tensor hidden =
      gate ? gated(options.activation, opened, raised) : activate(options.activation, raised);
  trace(context, "hidden", Component::feed_forward, "BTF", hidden);
  return {drops ? dropout(hidden, options.dropout, context.next_stream()) : hidden};
}

}  // namespace hodhod
