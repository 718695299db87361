// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/attention_gradients.h"

#include "hodhod/base/threads.h"
#include "hodhod/ops/attention.h"

namespace hodhod::look {

AttentionGradients attention_gradients(const Tensor& dheads, const Tensor& values,
                                       const Tensor& probabilities) {
  const Tensor dp = attention_scores(dheads, values, {.scale = 1});
  const Tensor ds = dp.new_empty(dp.shape()), p = probabilities.dense();
  const int64_t keys = dp.dim(-1), rows = keys == 0 ? 0 : dp.numel() / keys;
  with_compute_type("attention_gradients", dp.dtype(), [&](auto zero) {
    using T = decltype(zero);
    parallel_for(rows, 64, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T *const weights = p.data<T>() + row * keys, *const dweights = dp.data<T>() + row * keys;
        double mean = 0;
        for (int64_t s = 0; s < keys; ++s) mean += static_cast<double>(weights[s]) * dweights[s];
        for (int64_t s = 0; s < keys; ++s)
          ds.data<T>()[row * keys + s] = static_cast<T>(weights[s] * (dweights[s] - mean));
      }
    });
  });
  return {dp, ds};
}

}  // namespace hodhod::look
