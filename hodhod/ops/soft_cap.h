// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hodhod/ops/elementwise.h"

namespace hodhod {

// cap · tanh(x / cap): nearly x where |x| is small, and never beyond ±cap (Gemma 2, §2). x itself if cap is
// 0.
inline Tensor soft_cap(const Tensor& x, double cap) {
  return cap > 0 ? scale(tanh(scale(x, 1 / cap)), cap) : x;
}

}  // namespace hodhod
