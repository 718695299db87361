// SPDX-License-Identifier: Apache-2.0
// Low-rank adapters (nn/low_rank.h) on the linear layers in the blocks of a Transformer, and on the embedding
// of tokens of one with a single stack: making them, storing them in PEFT's layout, and merging them into the
// weights.
//
// The unit is a layer of the model's files. Where a file packs query, key and value into one matrix,
// they are one layer with one A; each of our layers has its rows of B. A name in an adapter's file is
// "base_model.model." + the layer's name + ".lora_A.weight" [r, in] or ".lora_B.weight" [out, r], of an
// embedding ".lora_embedding_A" [r, V] or ".lora_embedding_B" [C, r].
//
// Parameters of adapters are named "….query.lora.0.A" and "….query.lora.0.B" in a model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/adapter_config.h"
#include "hodhod/models/model.h"
#include "hodhod/models/tensor_names.h"

namespace hodhod {

struct LoraOptions {
  int64_t rank = 0;
  double alpha = 16;
  double dropout = 0.05;
  bool rank_stabilised = false;
  std::vector<std::string> targets = {};
  bool merge = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("rank", rank, "Train adapters of this rank (LoRA) and a new head alone; 0 to train the whole model",
      at_least(0));
    v("alpha", alpha, "An adapter's part of the result is multiplied by this, divided by the rank", above(0));
    v("dropout", dropout, "Dropout of what adapters read", at_least(0).below(1));
    v("rank_stabilised", rank_stabilised, "Divide alpha by the rank's root instead (rsLoRA)");
    v("targets", targets,
      "Layers to adapt, by their names in the model's files (q_proj) or here (query), all-linear, or "
      "embedding "
      "for the vectors of tokens; by default those that PEFT adapts");
    v("merge", merge, "Save the whole model, with adapters added to its weights, rather than the adapter");
  }
};

// Whether a parameter of this name belongs to an adapter.
bool is_adapter_parameter(std::string_view name);
bool has_adapters(Model& model);

// Attaches a new adapter, whose rank is at least 1: A is uniform in ±1/√in (Kaiming's with a = √5), drawn by
// `seed` and the layer's name, and B is 0; of an embedding A is 0 and B standard normal, as in PEFT. `type`
// is the kind that the model is stored as. Returns the settings, without the base. Error when the model is no
// Transformer, or when a target names no layer.
AdapterConfig attach_adapter(Model& model, const ModelType& type, const LoraOptions& options, uint64_t seed);

// Adds every adapter to the weight of its layer, and removes it. Error when the adapter of an embedding would
// change an output layer that has the same table.
void merge_adapters(Model& model);
// The parameters as merge_adapters() would leave them; the model stays as it is.
NamedTensors merged_parameters(Model& model);

// The model's only adapter, and its parameters that `trained` names, under the names of PEFT's files.
NamedTensors adapter_tensors(Model& model, const TensorNames& names, const std::vector<std::string>& trained);
// The module of a parameter in the model's files ("classifier"), as modules_to_save names it.
std::string saved_module(const TensorNames& names, const std::string& parameter, Model& model);

}  // namespace hodhod
