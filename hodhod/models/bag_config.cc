// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bag_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/bag_model.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

// ---- presets ----

struct BagPreset {
  std::string_view name;
  BagConfig config;
};

const std::vector<BagPreset>& bag_presets() {
  static const std::vector<BagPreset> kPresets = {
      {"bow", {.features = {.weighting = Weighting::count}}},
      {"tfidf",
       {.features =
            {.word_ngrams = 2, .weighting = Weighting::tf_idf, .sublinear = true, .norm = BagNorm::unit}}},
      {"nbsvm", {.features = {.word_ngrams = 2, .weighting = Weighting::log_ratio}}},
      {"fasttext",
       {.features = {.word_ngrams = 2, .hashing = Hashing::ngrams, .norm = BagNorm::mean, .line_end = true},
        .hidden_sizes = {10},
        .activation = HiddenFunction::none,
        .bias = false,
        .training = BagTraining::gradients}},
      {"mlp",
       {.features = {.weighting = Weighting::tf_idf, .sublinear = true, .norm = BagNorm::unit},
        .hidden_sizes = {64},
        .dropout = 0.5,
        .training = BagTraining::gradients}},
  };
  return kPresets;
}

// ---- config.json ----

constexpr hf::HeadRule kBagHeads[] = {{"BagForSequenceClassification", HeadKind::classifier}};

// The options are stored under their own names.
std::vector<hf::KeyRule> bag_keys(const std::vector<Field>& fields) {
  std::vector<hf::KeyRule> rules;
  for (const Field& field : fields) rules.push_back({field.path, field.path});
  rules.push_back({"classifier_dropout", "head_dropout"});
  return rules;
}

struct BagType final : ModelType {
  std::string_view name() const override { return "bag"; }
  std::vector<std::string> presets() const override {
    std::vector<std::string> names;
    for (const BagPreset& preset : bag_presets()) names.emplace_back(preset.name);
    return names;
  }
  std::unique_ptr<ModelConfig> preset(std::string_view wanted) const override {
    for (const BagPreset& preset : bag_presets()) {
      if (preset.name == wanted) return std::make_unique<BagModelConfig>(preset.config);
    }
    fail("there is no preset '{}' of type bag", wanted);
  }
  ReadConfig read(const Json& json, const std::string& path) const override;
  Json write(const ModelConfig& config) const override;
};

const BagFeatures& features_of(const ModelConfig& config) {
  const BagFeatures* features = dynamic_cast<const BagModelConfig&>(config).known_features();
  check(features != nullptr, "bag: the model has not learned its features yet");
  return *features;
}

ReadConfig BagType::read(const Json& json, const std::string& path) const {
  hf::ConfigReader reader(json, path);
  BagModelConfig config;
  const std::vector<Field> options = fields_of(config.body);
  std::vector<Field> all = options;
  for (Field& field : fields_of(config.head)) all.push_back(std::move(field));
  reader.read(bag_keys(options), all);
  const auto texts = reader.get_or<int64_t>("num_texts", 0);
  const auto rows = reader.get_or<int64_t>("vocab_size", 0);
  if (const Json* numbers = reader.find("numbers"))
    config.set_numbers(NumberColumns::of_json(*numbers, reader.place("numbers")));
  hf::read_head(reader, kBagHeads, config.head);
  reader.finish();
  try {
    config.validate();
    const std::string file = join_path(parent_path(path), kFeaturesFile);
    std::vector<KnownFeature> known;
    if (config.body.features.hashing != Hashing::all) known = features_from_text(read_file(file), file);
    config.set_features(
        std::make_shared<const BagFeatures>(config.body.features, std::move(known), texts, file));
  } catch (const Error& error) {
    fail("{}: {}", path, error.what());
  }
  check(config.vocabulary() == rows,
        "{}: vocab_size is {}, and there are {} features, buckets and columns of numbers", path, rows,
        config.vocabulary());
  return {std::make_unique<BagModelConfig>(config), reader.warnings()};
}

Json BagType::write(const ModelConfig& config) const {
  BagModelConfig own = dynamic_cast<const BagModelConfig&>(config);
  const BagFeatures& features = features_of(config);
  Json json = Json::object();
  hf::write_head(kBagHeads, own.head, json);
  json["model_type"] = "bag";
  json["vocab_size"] = config.vocabulary();
  json["num_texts"] = features.texts();
  if (!own.numbers().empty()) json["numbers"] = own.numbers().to_json();
  const Json options = fields_to_json(fields_of(own.body));
  for (const auto& [key, value] : options.items()) json[key] = value;
  if (own.head.dropout) json["classifier_dropout"] = *own.head.dropout;
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace

const ModelType& bag_type() {
  static const BagType kType;
  return kType;
}

// ---- the configuration ----

void BagConfig::validate() const {
  check_fields(fields_of(const_cast<BagConfig&>(*this)), "bag");  // only read
  features.validate();
  const bool linear = hidden_sizes.empty();
  check(linear || training == BagTraining::gradients,
        "bag: a model with hidden layers has no single minimum to solve for; set training to gradients");
  const bool log_ratio = features.weighting == Weighting::log_ratio;
  check(!log_ratio || training == BagTraining::solver,
        "bag: weighting log-ratio is for the solver; set training to solver, or another weighting");
  check(log_ratio || (smoothing == 1 && interpolation == 1),
        "bag: smoothing and interpolation are for the weighting log-ratio");
  check(!linear || dropout == 0, "bag: dropout {} without hidden layers has no place; leave it out", dropout);
}

BagModelConfig::BagModelConfig(const BagConfig& config) : body(config) { head.kind = HeadKind::classifier; }

int64_t BagModelConfig::width() const {
  return is_linear() ? std::max<int64_t>(1, head.labels) : body.hidden_sizes.back();
}

void BagModelConfig::learn_features(const WordSource& texts) {
  features_ = std::make_shared<const BagFeatures>(BagFeatures::learned(body.features, texts));
  body.features.buckets = features_->options().buckets;
  check(
      vocabulary() > 0,
      "bag: no feature is in the training texts {} times, and there are no columns of numbers; set min_count "
      "lower",
      body.features.min_count);
}

std::vector<Field> BagModelConfig::fields() {
  std::vector<Field> all = fields_of(body);
  for (Field& field : fields_of(head)) all.push_back(std::move(field));
  return all;
}

std::string BagModelConfig::summary() const {
  const BagFeatureOptions& features = body.features;
  std::string text = "bag";
  if (features.word_ngrams > 0)
    text += fmt::format(" of words{}",
                        features.word_ngrams > 1 ? fmt::format(" and {}-grams", features.word_ngrams) : "");
  if (features.max_char_ngram > 0)
    text += fmt::format(", characters {} to {}", std::max<int64_t>(1, features.min_char_ngram),
                        features.max_char_ngram);
  text += fmt::format(", {}", name_of(features.weighting));
  if (!numbers_.empty())
    text += fmt::format(", {} {} of numbers", numbers_.size(), numbers_.size() == 1 ? "column" : "columns");
  if (features_) text += fmt::format(", {} rows", with_commas(vocabulary()));
  return is_linear() ? text + ", linear"
                     : text + fmt::format(", hidden {}", fmt::join(body.hidden_sizes, ", "));
}

std::string BagModelConfig::why_useless(std::string_view option) const {
  if (option == "activation" && is_linear()) return "the model has no hidden layers";
  if (option == "head_dropout" && is_linear()) return "the model has no hidden layers";
  const bool log_ratio = body.features.weighting == Weighting::log_ratio;
  if ((option == "smoothing" || option == "interpolation") && !log_ratio)
    return "the weighting is not log-ratio";
  return "";
}

void BagModelConfig::validate() const {
  body.validate();
  check_fields(hodhod::fields_of(const_cast<HeadOptions&>(head)), "head");  // only read
  check(head.labels > 0, "head: a {} needs labels; it has {}", name_of(head.kind), head.labels);
}

const ModelType& BagModelConfig::type(const ModelType*) const {
  validate();
  return bag_type();
}

std::unique_ptr<Model> BagModelConfig::make() const { return std::make_unique<BagModel>(*this); }

}  // namespace hodhod
