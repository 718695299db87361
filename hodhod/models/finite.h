// SPDX-License-Identifier: Apache-2.0
// Checks that a model's outputs are finite. NaN and infinity are an error, not an answer.
#pragma once

#include <span>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/models/model.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// The Error for outputs that are not finite.
class NotFinite : public Error {
  using Error::Error;
};

// Throws NotFinite when a value is NaN or infinite. The message names the model and `what` ("logits"). Tasks
// call this on a model's outputs before they turn them into an answer.
void check_finite(const Model& model, std::span<const float> values, std::string_view what);
// The same for a tensor, which is returned.
Tensor check_finite(const Model& model, const Tensor& values, std::string_view what);

}  // namespace hodhod
