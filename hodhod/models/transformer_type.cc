// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_type.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "hodhod/base/names.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/hf/tokens.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/transformer_model.h"

namespace hodhod {
namespace {

constexpr hf::HeadRule kTransformerHeads[] = {
    {"TransformerForSequenceToSequence", HeadKind::language_model, TransformerShape::encoder_decoder},
    {"TransformerForCausalLM", HeadKind::language_model, TransformerShape::decoder},
    {"TransformerForMaskedLM", HeadKind::masked_language_model, TransformerShape::encoder},
    {"TransformerModel", HeadKind::none, TransformerShape::encoder}};

// Every option under its own name, but for those that all kinds of models write in the same way.
std::vector<hf::KeyRule> transformer_keys() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    TransformerConfig config;
    for (const Field& field : fields_of(config)) names.push_back(field.path);
    return names;
  }();
  static const std::vector<std::string> kElsewhere = [] {
    std::vector<std::string> names;
    SpecialIds special;
    for (const Field& field : fields_of(special)) names.push_back(field.path);
    return names;
  }();
  std::vector<hf::KeyRule> rules = {{"vocab_size", "vocabulary"}};
  for (const std::string& name : kNames) {
    if (name != "vocabulary" && std::find(kElsewhere.begin(), kElsewhere.end(), name) == kElsewhere.end())
      rules.push_back({name, name});
  }
  return rules;
}

std::vector<hf::HeadRule> heads_on(TransformerShape shape) {
  std::vector<hf::HeadRule> rules;
  for (const hf::HeadRule& rule : kTransformerHeads)
    if (rule.shape == shape) rules.push_back(rule);
  return rules;
}

struct TransformerType final : ModelType {
  std::string_view name() const override { return "transformer"; }
  std::vector<std::string> presets() const override { return {}; }
  std::unique_ptr<ModelConfig> preset(std::string_view) const override {
    return std::make_unique<TransformerModelConfig>(TransformerConfig());
  }

  ReadConfig read(const Json& json, const std::string& path) const override {
    hf::ConfigReader reader(json, path);
    auto config = std::make_unique<TransformerModelConfig>(TransformerConfig());
    reader.read(transformer_keys(), config->fields());
    config->pooler_activation = config->body.activation;
    reader.only("is_encoder_decoder", config->reads_source());
    hf::read_tokens(reader, config->body.special, config->body.vocabulary, config->reads_source());
    hf::read_head(reader, heads_on(config->body.shape), config->head);
    return checked(reader, std::move(config));
  }

  Json write(const ModelConfig& config) const override {
    const auto& own = dynamic_cast<const TransformerModelConfig&>(config);
    Json json = Json::object();
    hf::write_head(heads_on(own.body.shape), own.head, json);
    json["model_type"] = "transformer";
    write_options(transformer_keys(), config, json);
    json["is_encoder_decoder"] = own.reads_source();
    hf::write_tokens(own.body.special, own.reads_source(), json);
    json["torch_dtype"] = "float32";
    return json;
  }
};

}  // namespace

const ModelType& transformer_type() {
  static const TransformerType kType;
  return kType;
}

}  // namespace hodhod
