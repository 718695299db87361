// SPDX-License-Identifier: Apache-2.0
// What leaves a model is numbers: NaN and infinity are an error, not an answer.
#pragma once

#include <span>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/models/model.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Numbers that are not finite.
class NotFinite : public Error {
  using Error::Error;
};

// NotFinite, naming the model and `what` ("logits"), when a value is NaN or infinite. To be called where a
// task takes values out of a model, before it makes an answer of them.
void check_finite(const Model& model, std::span<const float> values, std::string_view what);
// The same of a tensor, which is returned.
Tensor check_finite(const Model& model, const Tensor& values, std::string_view what);

}  // namespace hodhod
