// SPDX-License-Identifier: Apache-2.0
// The end of a sub-layer of a Transformer: its last linear layer, dropout and the residual.
#pragma once

#include "hodhod/nn/context.h"
#include "hodhod/nn/linear.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct SubLayerEnd {
  Component component;  // of the sub-layer
  // Of what goes into the linear layer.
  kernels::Activation activation = kernels::Activation::identity;
  const Tensor& residual;  // of the result's shape, or undefined
  double dropout = 0;      // in training
};

// residual + dropout(layer(activation(x))), in as few passes over memory as possible. A trace gets layer(…)
// as "output"; it changes no bit of the result.
Tensor end_sub_layer(const Linear& layer, const Tensor& x, const SubLayerEnd& end, Context& context);

}  // namespace hodhod
