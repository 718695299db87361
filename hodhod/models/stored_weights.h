// SPDX-License-Identifier: Apache-2.0
// Converts between the tensors of a file, under the file's names, and a model's parameters.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/model.h"
#include "hodhod/models/tensor_names.h"

namespace hodhod {

// The names of a model's parameters.
using ParameterNames = std::unordered_set<std::string>;

// The rules that apply to a parameter of a model with these parameters, with its layer's number in their
// names; it is saved under the first. A parameter that no rule names, such as those of a head that the family
// does not have, is stored under its own name.
std::vector<NameRule> rules_for(const TensorNames& table, const std::string& name,
                                const ParameterNames& parameters);
// The shape of their tensor, given that of our parameter.
Shape their_shape(const NameRule& rule, const Shape& ours);
// Error, naming the file and the tensor, when its values are not floating-point numbers.
void check_floats(const TensorFile& file, const TensorEntry& entry);

// Which tensor of a file holds which parameter. Refers to the file, which must outlive it.
struct WeightPlan {
  struct Source {
    std::string parameter;
    NameRule rule;
    const TensorEntry* entry;
  };
  std::vector<Source> sources;
  std::vector<std::string> missing;   // parameters that the file lacks; initial values are needed
  std::vector<std::string> zero;      // parameters that the file lacks and that are then zero
  std::vector<std::string> warnings;  // tensors that are not used, or that contradict each other
};

// Plans how to load a model. `shapes` gives the names and shapes of its parameters
// (ModelConfig::make_shapes). Nothing of the model's size is allocated. Parameters for which `leave_out` is
// true are not taken from the file. Error, naming the file and the tensor, when a shape differs or the type
// is not a floating-point type.
WeightPlan plan_weights(const TensorNames& names, const TensorFile& file, Model& shapes,
                        const ParameterChoice& leave_out = {});

// Copies the planned tensors into the parameters, converted to their type, and sets those in `zero` to 0.
void load_weights(const WeightPlan& plan, const TensorFile& file, const NamedTensors& parameters);

// The parameters under the file's names, packed and transposed as the table says.
NamedTensors save_weights(const TensorNames& names, const NamedTensors& parameters);

}  // namespace hodhod
