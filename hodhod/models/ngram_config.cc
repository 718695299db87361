// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/hf/tokens.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

// The options under the names that config.json has for them.
constexpr hf::KeyRule kNgramKeys[] = {{"vocab_size", "vocabulary"},
                                      {"order", "order"},
                                      {"smoothing", "smoothing"},
                                      {"unit", "unit"},
                                      {"pruning", "pruning"},
                                      {"discount_fallback", "discount_fallback"},
                                      {"interpolate_unigrams", "interpolate_unigrams"},
                                      {"vocab_pad", "vocab_pad"},
                                      {"added", "added"},
                                      {"skip_symbols", "skip_symbols"},
                                      {"bits", "bits"}};
constexpr hf::HeadRule kNgramHeads[] = {{"NgramForCausalLM", HeadKind::language_model}};

struct NgramType final : ModelType {
  std::string_view name() const override { return "ngram"; }
  FittedBy fitted_by() const override { return FittedBy::fitting; }
  std::vector<std::string> presets() const override { return {"ngram"}; }
  std::unique_ptr<ModelConfig> preset(std::string_view) const override {
    return std::make_unique<NgramModelConfig>();
  }
  ReadConfig read(const Json& json, const std::string& path) const override;
  Json write(const ModelConfig& config) const override;
};

ReadConfig NgramType::read(const Json& json, const std::string& path) const {
  hf::ConfigReader reader(json, path);
  auto config = std::make_unique<NgramModelConfig>();
  reader.read(kNgramKeys, config->fields());
  config->counts = reader.get_or<std::vector<int64_t>>("counts", {});
  if (const Json* discounts = reader.find("discounts")) {
    check(discounts->is_array(), "{}: expected a list of lists of numbers", reader.place("discounts"));
    for (const Json& row : discounts->elements())
      config->discounts.push_back(json_as<std::vector<double>>(row, reader.place("discounts")));
  }
  hf::read_tokens(reader, config->body.special, config->body.vocabulary, false);
  hf::read_head(reader, kNgramHeads, config->head);
  return checked(reader, std::move(config));
}

Json NgramType::write(const ModelConfig& config) const {
  const auto& own = dynamic_cast<const NgramModelConfig&>(config);
  Json json = Json::object();
  hf::write_head(kNgramHeads, own.head, json);
  json["model_type"] = "ngram";
  write_options(kNgramKeys, config, json);
  if (!own.counts.empty()) json["counts"] = Json(own.counts);
  if (!own.discounts.empty()) {
    json["discounts"] = Json::array();
    for (const auto& row : own.discounts) json["discounts"].push_back(Json(row));
  }
  hf::write_tokens(own.body.special, false, json);
  return json;
}

}  // namespace

const ModelType& ngram_type() {
  static const NgramType kType;
  return kType;
}

void NgramConfig::validate() const {
  check_fields(fields_of(const_cast<NgramConfig&>(*this)), "ngram");  // only read
  check(bits == 8 || bits == 32, "ngram: probabilities of {} bits; give 8 or 32", bits);
  check(std::is_sorted(pruning.begin(), pruning.end()),
        "ngram: pruning {}: the numbers must not decrease, since longer n-grams are rarer",
        fmt::join(pruning, ","));
  check(std::ssize(pruning) <= order, "ngram: pruning {} has more numbers than the order {}",
        fmt::join(pruning, ","), order);
  for (const int64_t token : {special.pad, special.bos, special.eos}) {
    check(token < vocabulary, "ngram: token {} has a special role in a vocabulary of {}", token, vocabulary);
  }
}

NgramModelConfig::NgramModelConfig(const NgramConfig& config) : ConfigOf(config) {
  head.kind = HeadKind::language_model;
}

std::unique_ptr<ModelConfig> NgramModelConfig::clone() const {
  return std::make_unique<NgramModelConfig>(*this);
}

std::string NgramModelConfig::summary() const {
  std::string text = fmt::format("{}-gram, {}, vocabulary {}", body.order, name_of(body.smoothing),
                                 with_commas(body.vocabulary));
  if (!counts.empty()) {
    text +=
        fmt::format(", {} n-grams", with_commas(std::accumulate(counts.begin(), counts.end(), int64_t{0})));
  }
  return text;
}

std::string NgramModelConfig::why_useless(std::string_view option) const {
  const bool discounted = body.smoothing == NgramSmoothing::modified_kneser_ney;
  if (option == "added" && body.smoothing != NgramSmoothing::add_k)
    return "it is for smoothing=add_k, which comes before it";
  if ((option == "interpolate_unigrams" || option == "vocab_pad") && !discounted)
    return "it is for smoothing=modified_kneser_ney";
  if (option == "discount_fallback" && !discounted && body.smoothing != NgramSmoothing::katz)
    return "this smoothing has no discounts";
  return "";
}

void NgramModelConfig::validate() const {
  body.validate();
  check(head.kind == HeadKind::language_model, "ngram: it cannot carry the head {}", name_of(head.kind));
}

const ModelType& NgramModelConfig::type(const ModelType*) const {
  validate();
  return ngram_type();
}

std::unique_ptr<Model> NgramModelConfig::make() const { return std::make_unique<NgramModel>(*this); }

}  // namespace hodhod
