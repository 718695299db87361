// SPDX-License-Identifier: Apache-2.0
// Weights in a file, under the file's names ↔ a model's parameters.
#pragma once

#include <string>
#include <vector>

#include "hodhod/io/safetensors.h"
#include "hodhod/models/model.h"
#include "hodhod/models/tensor_names.h"

namespace hodhod {

// Which of the file's tensors holds which parameter.
struct WeightPlan {
  struct Source {
    std::string parameter;
    NameRule rule;
    const TensorEntry* entry;
  };
  std::vector<Source> sources;
  std::vector<std::string> missing;   // parameters that the file lacks and that are to be drawn
  std::vector<std::string> zero;      // parameters that are zero, as the file lacks them
  std::vector<std::string> warnings;  // tensors that nothing is made of, or that contradict each other
};

// For a model of which `shapes` has the parameters' names and shapes (ModelConfig::make_shapes). Looks at
// names, shapes and types only: nothing of the model's size is allocated. The tensors of parameters that
// `leave_out` names are passed over. Error, with the file and the tensor, when a shape differs or the type is
// not one of numbers with a fraction.
WeightPlan plan_weights(const TensorNames& names, const SafetensorsReader& file, Model& shapes,
                        const ParameterChoice& leave_out = {});

// Copies what was planned into the parameters, converted to their type.
void load_weights(const WeightPlan& plan, const SafetensorsReader& file, const NamedTensors& parameters);

// Parameters under the file's names, packed and turned as the table says.
NamedTensors save_weights(const TensorNames& names, const NamedTensors& parameters);

}  // namespace hodhod
