// SPDX-License-Identifier: Apache-2.0
// How the adapter of a layer is made, and what its matrices are called: in a model, and in an adapter's file.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "hodhod/base/hash.h"
#include "hodhod/models/adapted_layers.h"

namespace hodhod {

inline constexpr std::string_view kAdapterBase = "base_model.model.";
inline constexpr const char* kBaseLayer = ".base_layer.weight";

// "classifier" of "classifier.weight".
inline std::string module_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

// What stands behind the layer's name in an adapter's file.
inline const char* ending_of_a(const AdaptedLayer& layer) {
  return layer.embedding() ? ".lora_embedding_A" : ".lora_A.weight";
}
inline const char* ending_of_b(const AdaptedLayer& layer) {
  return layer.embedding() ? ".lora_embedding_B" : ".lora_B.weight";
}

// "….query.lora.0.A": the matrix 'A' or 'B' of the layer's adapter of this number.
inline std::string adapter_parameter(const AdaptedLayer::Part& part, size_t number, char matrix) {
  return fmt::format("{}.lora.{}.{}", part.name, number, matrix);
}

// How a part's B stands in that of the whole layer, whose weight may be stored the other way round.
inline NameRule rule_of_adapter_b(const AdaptedLayer::Part& part) {
  NameRule rule = part.rule;
  rule.layout = Layout::same;
  rule.unless = rule.only_if = "";
  return rule;
}

// Adds an adapter of this rank, with A not set and B zero; of an embedding, both zero. Its number among those
// of the layer.
inline size_t add_adapter(const AdaptedLayer& layer, int64_t rank, double scale, double dropout) {
  const DType dtype = layer.parts[0].layer.weight->dtype();
  const Tensor a =
      layer.embedding() ? Tensor::zeros({rank, layer.in()}, dtype) : Tensor::empty({rank, layer.in()}, dtype);
  const size_t number = layer.lora().size();
  for (const AdaptedLayer::Part& part : layer.parts) {
    part.layer.lora->push_back({.a = a,
                                .b = Tensor::zeros({part.layer.out(), rank}, dtype),
                                .scale = scale,
                                .dropout = dropout,
                                .stream = hash64(layer.theirs, number)});
  }
  return number;
}

}  // namespace hodhod
