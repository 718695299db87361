// SPDX-License-Identifier: Apache-2.0
// Transformers in a form that no Hugging Face family has, such as those of other toolkits: model_type
// "transformer". Its config.json holds every option of TransformerConfig under its own name, and its tensors
// have the names of the parameters.
#pragma once

#include "hodhod/models/registry.h"

namespace hodhod {

// New models are saved as the family that holds them; this type is for models that were converted, and for
// what is fine-tuned from them.
const ModelType& transformer_type();

}  // namespace hodhod
