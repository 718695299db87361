// SPDX-License-Identifier: Apache-2.0
// The layers of a Transformer that adapters may be on, as the layers of its files: the linear ones in its
// blocks, and the embedding of tokens of a model with one stack.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hodhod/models/model.h"
#include "hodhod/models/stored_weights.h"
#include "hodhod/models/tensor_names.h"
#include "hodhod/nn/low_rank.h"

namespace hodhod {

// The weight of a layer, and the adapters that add to it.
struct AdaptedWeight {
  Tensor* weight;  // [out, in], or the table [V, C] of an embedding: in = V, out = C
  std::vector<LowRankAdapter>* lora;
  bool embedding = false;

  int64_t in() const { return weight->dim(embedding ? 0 : 1); }
  int64_t out() const { return weight->dim(embedding ? 1 : 0); }
  Tensor merged() const;  // the weight with what the adapters add to it
};

// A layer of a file, which is one of our layers or packs several.
struct AdaptedLayer {
  struct Part {
    std::string name;  // "decoder.layer.0.self_attention.query"
    AdaptedWeight layer;
    NameRule rule;  // of its weight
  };
  std::string theirs;  // "transformer.h.0.attn.c_attn"
  std::vector<Part> parts;

  int64_t in() const { return parts[0].layer.in(); }
  int64_t out() const;  // of all parts
  bool embedding() const { return parts[0].layer.embedding; }
  bool transposed() const { return parts[0].rule.layout == Layout::transposed; }
  std::vector<LowRankAdapter>& lora() const { return *parts[0].layer.lora; }
};

// Those of the model, in the order of its parameters. They point into the model. Error when it is no
// Transformer.
std::vector<AdaptedLayer> adapted_layers(Model& model, const TensorNames& names);

// Calls f for every linear layer and embedding of a Transformer, with its name; for none of another model.
using AdaptedWeightFunction = std::function<void(const std::string& name, const AdaptedWeight& layer)>;
void for_each_adapted_weight(Model& model, const AdaptedWeightFunction& f);

ParameterNames names_of_parameters(Model& model);

}  // namespace hodhod
