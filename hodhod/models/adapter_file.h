// SPDX-License-Identifier: Apache-2.0
// Reads adapters in PEFT's layout (adapters.h says which names they have).
#pragma once

#include <string>
#include <vector>

#include "hodhod/io/tensor_file.h"
#include "hodhod/models/adapter_config.h"
#include "hodhod/models/model.h"
#include "hodhod/models/stored_weights.h"
#include "hodhod/models/tensor_names.h"

namespace hodhod {

// An adapter on disk.
class AdapterFile {
 public:
  // Opens adapter_weights_in(directory). Error when it is missing or damaged.
  AdapterFile(const std::string& directory, AdapterConfig config);

  // Our names of the parameters that the adapter brings whole, of a model whose shapes these are. Error when
  // the file holds a tensor that the model has no place for, or one of another shape.
  std::vector<std::string> plan(const TensorNames& names, Model& shapes) const;
  // Loads those of them that `wanted` allows, and attaches the adapter's layers.
  void load(const TensorNames& names, Model& model, const ParameterChoice& wanted) const;

 private:
  struct Plan;
  Plan plan_for(const TensorNames& names, Model& model) const;

  AdapterConfig config_;
  TensorFile file_;
};

}  // namespace hodhod
