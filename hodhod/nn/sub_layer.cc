// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/sub_layer.h"

#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"

namespace hodhod {

Tensor end_sub_layer(const Linear& layer, const Tensor& x, const SubLayerEnd& end, Context& context) {
  const bool drops = context.training && end.dropout > 0;
  if (context.trace) {
    const Tensor y = layer(x, context, {.activation = end.activation});
    trace(context, "output", end.component, "BTC", y);
    if (drops) return dropout_add(y, {}, end.residual, end.dropout, context.next_stream());
    return end.residual.defined() ? y + end.residual : y;
  }
  if (!drops) return layer(x, context, {.activation = end.activation, .residual = end.residual});
  if (!layer.lora.empty()) {
    return dropout_add(layer(x, context, {.activation = end.activation}), {}, end.residual, end.dropout,
                       context.next_stream());
  }
  return dropout_add(linear(x, layer.weight, {}, {.activation = end.activation}), layer.bias, end.residual,
                     end.dropout, context.next_stream());
}

}  // namespace hodhod
