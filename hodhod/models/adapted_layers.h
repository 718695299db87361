// SPDX-License-Identifier: Apache-2.0
// The linear layers in the blocks of a Transformer, as the layers of its files.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hodhod/models/model.h"
#include "hodhod/models/stored_weights.h"
#include "hodhod/models/tensor_names.h"
#include "hodhod/nn/linear.h"

namespace hodhod {

// A linear layer of a file, which is one of our layers or packs several.
struct AdaptedLayer {
  struct Part {
    std::string name;  // "decoder.layer.0.self_attention.query"
    Linear* layer;
    NameRule rule;  // of its weight
  };
  std::string theirs;  // "transformer.h.0.attn.c_attn"
  std::vector<Part> parts;

  int64_t in() const { return parts[0].layer->weight.dim(1); }
  int64_t out() const;  // of all parts
  bool transposed() const { return parts[0].rule.layout == Layout::transposed; }
};

// Those of the model, in the order of its parameters. They point into the model. Error when it is no
// Transformer.
std::vector<AdaptedLayer> adapted_layers(Model& model, const TensorNames& names);

// Calls f(name, Linear&) for every linear layer of a Transformer; for none of another model.
void for_each_linear(Model& model, const std::function<void(const std::string&, Linear&)>& f);

ParameterNames names_of_parameters(Model& model);

}  // namespace hodhod
