// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/kernels.h"

namespace hodhod::kernels {

template <>
const Kernels<float>& cpu<float>() {
  static constexpr Kernels<float> table = {};
  return table;
}

template <>
const Kernels<double>& cpu<double>() {
  static constexpr Kernels<double> table = {};
  return table;
}

}  // namespace hodhod::kernels
