// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/transformer_view.h"

#include <charconv>

#include "hodhod/models/transformer_model.h"

namespace hodhod::look {

namespace {

// The number of the layer in "decoder.layer.3.self_attention.scores".
int64_t number_of_layer(std::string_view name) {
  constexpr std::string_view kLayer = "layer.";
  const size_t at = name.find(kLayer);
  int64_t number = 0;
  if (at != std::string_view::npos)
    std::from_chars(name.data() + at + kLayer.size(), name.data() + name.size(), number);
  return number;
}

}  // namespace

Visible visible_cells(const ModelConfig& config, std::string_view name) {
  const auto* const transformer = dynamic_cast<const TransformerModelConfig*>(&config);
  if (transformer == nullptr || name.find("self_attention.") == std::string_view::npos) return {};
  const TransformerConfig& body = transformer->body;
  const bool causal = name.starts_with("decoder.") || body.causal;
  Visible visible;
  if (causal) visible.right = 0;
  if (!body.has_window(number_of_layer(name))) return visible;
  visible.left = body.window - 1;
  if (!causal) visible.right = body.window - 1;
  return visible;
}

}  // namespace hodhod::look
