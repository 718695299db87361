// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bilm_config.h"

#include <fmt/format.h>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/bilm.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/hf/tokens.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

struct BilmSize {
  std::string_view preset;
  int64_t width, layers;
};
constexpr BilmSize kBilmSizes[] = {{"elmo-tiny", 128, 1}, {"elmo-small", 512, 2}};

// The options under the names that config.json has for them.
constexpr hf::KeyRule kBilmKeys[] = {{"cell", "cell"},
                                     {"vocab_size", "vocabulary"},
                                     {"hidden_size", "width"},
                                     {"num_hidden_layers", "layers"},
                                     {"max_position_embeddings", "max_length"},
                                     {"pooling", "pooling"},
                                     {"forget_bias", "forget_bias"},
                                     {"dropout", "dropout"},
                                     {"classifier_dropout", "head_dropout"}};

constexpr hf::HeadRule kBilmHeads[] = {{"BilmModel", HeadKind::none},
                                       {"BilmForSequenceClassification", HeadKind::classifier},
                                       {"BilmForTokenClassification", HeadKind::tagger}};

struct BilmType final : ModelType {
  std::string_view name() const override { return "bilm"; }
  std::vector<std::string> presets() const override {
    std::vector<std::string> names;
    for (const BilmSize& size : kBilmSizes) names.emplace_back(size.preset);
    return names;
  }
  std::unique_ptr<ModelConfig> preset(std::string_view wanted) const override {
    for (const BilmSize& size : kBilmSizes) {
      if (size.preset != wanted) continue;
      return std::make_unique<BilmConfig>(
          BilmOptions{.vocabulary = 8000, .width = size.width, .layers = size.layers, .dropout = 0.1});
    }
    fail("there is no preset '{}' of type bilm", wanted);
  }
  ReadConfig read(const Json& json, const std::string& path) const override;
  Json write(const ModelConfig& config) const override;
  TensorNames tensor_names(const ModelConfig&) const override {
    // Parameters are stored under their own names. A file may hold what another head needs.
    static const TensorNames kOwn{
        .needless = {"head.weight", "mix.weights", "mix.scale", "classifier.weight", "classifier.bias"}};
    return kOwn;
  }
};

ReadConfig BilmType::read(const Json& json, const std::string& path) const {
  hf::ConfigReader reader(json, path);
  BilmConfig config;
  reader.read(kBilmKeys, config.fields());
  hf::read_tokens(reader, config.body.special, config.body.vocabulary, false);
  hf::read_head(reader, kBilmHeads, config.head);
  return checked(reader, std::make_unique<BilmConfig>(config));
}

Json BilmType::write(const ModelConfig& config) const {
  const auto& own = dynamic_cast<const BilmConfig&>(config);
  Json json = Json::object();
  hf::write_head(kBilmHeads, own.head, json);
  json["model_type"] = std::string(name());
  write_options(kBilmKeys, config, json);
  hf::write_tokens(own.body.special, false, json);
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace

const ModelType& bilm_type() {
  static const BilmType kType;
  return kType;
}

void BilmOptions::validate() const {
  check_fields(fields_of(const_cast<BilmOptions&>(*this)), "bilm");  // only read
  check(width % 2 == 0, "bilm: width {} is odd; each of the two directions has half of it", width);
  check(special.pad < vocabulary, "bilm: pad is token {} of {}; give one from 0 to {}", special.pad,
        vocabulary, vocabulary - 1);
}

std::string BilmConfig::summary() const {
  return fmt::format("{} in both directions, {} layers, width {}, vocabulary {}", name_of(body.cell),
                     body.layers, body.width, with_commas(body.vocabulary));
}

std::string BilmConfig::why_useless(std::string_view option) const {
  if (option == "pooling" && head.kind != HeadKind::classifier) return "only a classifier pools its states";
  if (option == "forget_bias" && body.cell != RecurrentCell::lstm) return "only an LSTM has forget gates";
  return "";
}

void BilmConfig::validate() const {
  body.validate();
  check_fields(fields_of(const_cast<HeadOptions&>(head)), "head");  // only read
  check(!head.has_labels() || head.labels > 0, "head: a {} needs labels; it has {}", name_of(head.kind),
        head.labels);
}

const ModelType& BilmConfig::type(const ModelType*) const {
  validate();
  return bilm_type();
}

std::unique_ptr<Model> BilmConfig::make() const { return std::make_unique<BilmModel>(*this); }

}  // namespace hodhod
