// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/feed_forward.h"

#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/tape.h"

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
  LinearOptions last{.activation = hidden.pending};
  if (!context.training || dropout == 0) {
    last.residual = residual;
    return down(hidden.values, last);
  }
  return dropout_add(linear(hidden.values, down.weight, {}, last), down.bias, residual, dropout,
                     context.next_stream());
}

FeedForward::HiddenUnits FeedForward::hidden_units(const Tensor& x, Context& context) const {
  const Tensor raised = up(x), opened = gate ? (*gate)(x) : Tensor();
  if (context.trace) trace_units(raised, opened, *context.trace);
  const bool drops = context.training && options.dropout > 0;
  // Without a gate the activation is left to the last product: its result need not be kept for backward.
  if (!gate && !drops) return {raised, options.activation};
  const Tensor hidden =
      gate ? gated(options.activation, opened, raised) : activate(options.activation, raised);
  return {drops ? dropout(hidden, options.dropout, context.next_stream()) : hidden};
}

void FeedForward::trace_units(const Tensor& raised, const Tensor& opened, Trace& trace) const {
  const NoGrad off;
  const Tensor hidden =
      gate ? gated(options.activation, opened, raised) : activate(options.activation, raised);
  if (gate) trace.add("gate", Component::feed_forward, "BTF", opened);
  trace.add("up", Component::feed_forward, "BTF", raised);
  trace.add("hidden", Component::feed_forward, "BTF", hidden);
  trace.add("output", Component::feed_forward, "BTC", down(hidden));
}

}  // namespace hodhod
