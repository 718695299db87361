// SPDX-License-Identifier: Apache-2.0
// config.json of a Transformer: any bytes are read or refused; a small model that they describe makes one
// forward pass.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/module.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Whether the model and its tables of positions take little memory and time.
bool is_small(const TransformerModelConfig& config) {
  constexpr int64_t kMost = 1 << 16;
  const TransformerConfig& body = config.body;
  const int64_t columns = std::max({body.width, body.heads, body.size_of_head()});
  if (body.max_length > kMost / columns) return false;
  if (std::max(body.encoder_layers, body.decoder_layers) > 8 || body.vocabulary > kMost) return false;
  return parameter_count(*config.make_shapes()) <= kMost;
}

void run(const TransformerModelConfig& config) {
  const TransformerModel model(config, Rng(1));
  const NoGrad off;
  Context context;
  const auto row = [](int64_t vocabulary, int64_t longest) {
    std::vector<std::vector<int64_t>> rows(1);
    for (int64_t i = 0; i < std::min<int64_t>(longest, 5); ++i) rows[0].push_back((3 * i) % vocabulary);
    return TokenBatch::of(rows, 0);
  };
  const TokenBatch source = row(config.source_vocabulary(), config.max_length());
  if (config.reads_source() && model.sequence_to_sequence()) {
    model.logits({.source = source, .target = row(config.vocabulary(), config.max_length())}, context);
  } else {
    model.encode(source, context);
  }
}

}  // namespace
}  // namespace hodhod

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  try {
    const std::string path = "config.json";
    const Json json = parse_json(std::string_view(reinterpret_cast<const char*>(data), size), path);
    const auto& type = model_type_named(json_get<std::string>(json, "model_type", path), path);
    const auto config = type.read(json, path).config;
    const auto* transformer = dynamic_cast<const TransformerModelConfig*>(config.get());
    if (transformer == nullptr || !is_small(*transformer)) return 0;
    run(*transformer);
  } catch (const Error&) {
  }
  return 0;
}
