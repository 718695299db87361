// SPDX-License-Identifier: Apache-2.0
// Compares the tape's gradients with central differences.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct GradcheckOptions {
  double step = 1e-5;
  double tolerance = 1e-6;
  uint64_t seed = 1;  // of the weights that make a scalar of the output
};

struct GradcheckResult {
  bool passed = true;
  double worst = 0;     // largest relative error met
  std::string message;  // which element of which input differs, and by how much
  explicit operator bool() const { return passed; }
};

// fn maps f64 tensors to one f64 tensor y. With fixed random weights r, the gradient of L = Σ r·y with
// respect to every element of every floating-point input is compared with (L(x + h) − L(x − h)) / 2h. The
// error is relative to the largest gradient of that input (at least 1):
//   |tape − difference| / max(1, max |difference|) ≤ tolerance.
// Inputs are not changed.
GradcheckResult gradcheck(const std::function<Tensor(std::span<const Tensor>)>& fn,
                          const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});

}  // namespace hodhod
