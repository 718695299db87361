// SPDX-License-Identifier: Apache-2.0
// Weights under a family's names ↔ weights under ours.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/io/safetensors.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {

// Parameters of ours, in the order of the model's visit.
using Parameters = std::vector<std::pair<std::string, Tensor>>;

// Which of the file's tensors holds which parameter.
struct StatePlan {
  struct Source {
    std::string parameter;
    const NameRule* rule;
    const TensorEntry* entry;
  };
  std::vector<Source> sources;
  std::vector<std::string> missing;   // parameters that the file lacks
  std::vector<std::string> warnings;  // tensors that nothing is made of, or that contradict each other
};

// For a model with this configuration. Looks at names, shapes and types only: nothing of the model's size is
// allocated. The tensors of parameters that `leave_out` names are passed over. Error when a shape differs, or
// a type is none of numbers with a fraction; it names the file and the tensor.
StatePlan plan_state(const Family& family, const SafetensorsReader& file, const TransformerConfig& config,
                     const std::function<bool(const std::string& parameter)>& leave_out = {});

// Copies what was planned into the parameters, converted to their type.
void load_state(const StatePlan& plan, const SafetensorsReader& file, const Parameters& parameters);

// Our parameters under the family's names, packed and turned as it wants them.
NamedTensors save_state(const Family& family, const Parameters& parameters);

}  // namespace hodhod::hf
