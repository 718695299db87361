// SPDX-License-Identifier: Apache-2.0
// For the reference kernels: the product of two vectors, in order.
#pragma once

#include <cstdint>

namespace hodhod::kernels::reference {

// Σ_i a[i] b[i]
inline double dot(const double* a, const double* b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace hodhod::kernels::reference
