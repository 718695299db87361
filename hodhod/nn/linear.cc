// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/linear.h"

#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/shape.h"

namespace hodhod {

Tensor LowRankAdapter::operator()(const Tensor& x, const Context& context, const Tensor& rest) const {
  // Beside the streams that the pass hands out, so that an adapter leaves the masks of the layers as they
  // are; a layer that a pass meets twice draws anew.
  const bool drops = context.training && dropout > 0;
  const Tensor read = drops ? hodhod::dropout(x, dropout, context.rng.fork(stream).fork(context.streams)) : x;
  const Tensor low = hodhod::scale(linear(read, weight_for(context, a, x)), scale);
  return linear(low, weight_for(context, b, x), {}, {.residual = rest});
}

Tensor LowRankAdapter::of_rows(const Tensor& ids, double factor, const Context& context,
                               const Tensor& rest) const {
  const Tensor columns = index_select(a, 1, ids.reshaped({ids.numel()}));
  const Tensor low = hodhod::scale(transpose(columns, 0, 1), factor * scale);
  Shape shape = ids.shape();  // [..., r]
  shape.push_back(a.dim(0));
  return linear(reshape(low, shape), weight_for(context, b, rest), {}, {.residual = rest});
}

Tensor LowRankAdapter::product() const { return hodhod::scale(matmul(b, a), scale); }

Tensor Linear::with_adapters(const Tensor& x, const Context& context, const LinearOptions& options) const {
  const bool plain = options.activation == kernels::Activation::identity;
  const Tensor read = plain ? x : activate(options.activation, x);
  Tensor rest = options.residual;
  for (const LowRankAdapter& adapter : lora) rest = adapter(read, context, rest);
  return linear(x, weight_for(context, weight, x), bias,
                {.activation = options.activation, .residual = rest});
}

}  // namespace hodhod
