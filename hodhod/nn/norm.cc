// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/norm.h"

namespace hodhod {

Norm::Norm(int64_t width, const NormOptions& norm_options, DType dtype, bool with_bias)
    : options(norm_options), weight(Tensor::full({width}, norm_options.plus_one ? 0 : 1, dtype)) {
  if (with_bias && norm_options.kind == NormKind::layer) bias = Tensor::zeros({width}, dtype);
}

}  // namespace hodhod
