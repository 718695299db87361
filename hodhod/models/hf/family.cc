// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/base/visit.h"
#include "hodhod/models/hf/tokens.h"

namespace hodhod::hf {
namespace {

// Options that matter only in training. If a family has no setting for one of them, it is stored under our
// own name, which other readers ignore.
constexpr auto kOfTraining =
    std::to_array<std::string_view>({"dropout", "attention_dropout", "activation_dropout",
                                     "embedding_dropout", "head_dropout", "padding_learns"});

std::vector<KeyRule> training_rules(const Family& family) {
  std::vector<KeyRule> rules;
  for (const std::string_view option : kOfTraining) {
    const bool theirs = std::any_of(family.keys.begin(), family.keys.end(),
                                    [&](const KeyRule& rule) { return rule.ours == option; });
    if (!theirs) rules.push_back({option, option});
  }
  return rules;
}

// A normal form: configurations of the same model become equal. Sizes that follow from others are 0, and
// options without effect have their defaults.
TransformerModelConfig canonical(TransformerModelConfig config) {
  const TransformerConfig usual;
  TransformerConfig& c = config.body;
  HeadOptions& head = config.head;
  const auto unless_used = [](bool used, auto& option, const auto& otherwise) {
    if (!used) option = otherwise;
  };
  const bool encodes = c.shape == TransformerShape::encoder,
             translates = c.shape == TransformerShape::encoder_decoder,
             classifies = head.kind == HeadKind::classifier;
  unless_used(c.kv_heads != c.heads, c.kv_heads, 0);
  unless_used(c.head_size * c.heads != c.width, c.head_size, 0);
  unless_used(c.decoder_heads != c.heads, c.decoder_heads, 0);
  unless_used(c.decoder_feed_forward != c.feed_forward, c.decoder_feed_forward, 0);
  unless_used(c.has_encoder(), c.encoder_layers, 0);
  unless_used(c.has_decoder(), c.decoder_layers, 0);
  unless_used(translates, c.special.decoder_start, 0);
  unless_used(encodes, c.causal, false);
  unless_used(c.embedding_width != c.width, c.embedding_width, 0);
  unless_used(c.score_scalar != static_cast<double>(c.size_of_head()), c.score_scalar, 0);
  unless_used(c.window > 0, c.window_from, 0);
  unless_used(c.window > 0 && c.full_every <= c.decoder_layers, c.full_every, 0);
  unless_used(c.embedding_dropout != c.dropout, c.embedding_dropout, std::nullopt);
  const bool drops =
      (head.has_labels() && head.dropout != c.dropout) || (head.kind == HeadKind::span && head.dropout != 0);
  unless_used(drops && c.has_encoder(), head.dropout, std::nullopt);
  unless_used(c.has_encoder() && classifies, config.pooler_activation, kernels::Activation::tanh);
  unless_used(c.has_encoder() && classifies, config.pooler_dropout, false);
  unless_used(c.final_norm, c.final_dropout, false);
  // If an encoder-decoder's bias is not stored, it is 0.
  unless_used(!translates, c.output_bias, true);
  // Only an output layer can be scaled, and only the embedding is.
  unless_used(c.tie_embeddings && head.kind == HeadKind::language_model, c.scale_output, false);
  unless_used(head.has_labels(), head.labels, 0);
  unless_used(classifies, head.problem, ProblemKind::single_label);
  unless_used(head.kind == HeadKind::tagger, head.crf, false);

  const bool rotary = c.positions == PositionKind::rotary, relative = c.positions == PositionKind::relative;
  const bool by_turns =
      rotary && (c.rotary_scaling == RotaryScaling::llama3 || c.rotary_scaling == RotaryScaling::yarn);
  unless_used(c.positions == PositionKind::learned || c.positions == PositionKind::timing, c.position_offset,
              0);
  unless_used(rotary, c.rotary_share, 1);
  unless_used(rotary, c.rotary_base, usual.rotary_base);
  unless_used(rotary, c.rotary_interleaved, false);
  unless_used(rotary, c.rotary_scaling, RotaryScaling::none);
  unless_used(c.rotary_scaling != RotaryScaling::none, c.rotary_factor, usual.rotary_factor);
  unless_used(by_turns, c.rotary_low_frequency, usual.rotary_low_frequency);
  unless_used(by_turns, c.rotary_high_frequency, usual.rotary_high_frequency);
  unless_used(by_turns, c.rotary_original_length, usual.rotary_original_length);
  unless_used(rotary, c.rotary_amplitude, usual.rotary_amplitude);
  unless_used(relative, c.relative_buckets, usual.relative_buckets);
  unless_used(relative, c.relative_distance, usual.relative_distance);
  return config;
}

// The options that differ between two configurations, with the values of the first.
std::vector<std::string> differences(const TransformerModelConfig& one, const TransformerModelConfig& other) {
  TransformerModelConfig left = canonical(one), right = canonical(other);
  const Json a = fields_to_json(left.fields()), b = fields_to_json(right.fields());
  std::vector<std::string> different;
  for (const auto& [name, value] : a.items()) {
    if (value != b.at(name)) different.push_back(fmt::format("{} {}", name, format_json(value, -1)));
  }
  return different;
}

void read_head_dropout(const Family& family, ConfigReader& reader, HeadOptions& head) {
  if (head.kind == HeadKind::span) {  // `keys` are for heads with labels
    head.dropout.reset();
    reader.read(std::array{KeyRule{"head_dropout", "head_dropout"}}, fields_of(head));
  }
  for (const auto& [setting, kind, otherwise] : family.head_dropouts) {
    if (reader.find(setting) == nullptr && head.kind == kind) head.dropout = otherwise;
    if (head.kind == kind) reader.read(std::array{KeyRule{setting, "head_dropout"}}, fields_of(head));
  }
}

void write_head_dropout(const Family& family, const TransformerModelConfig& config, Json& json) {
  const bool spans = config.head.kind == HeadKind::span;
  const double otherwise = spans ? 0 : config.body.dropout;
  if (spans && config.head.dropout) json["head_dropout"] = *config.head.dropout;
  for (const HeadDropout& rule : family.head_dropouts)
    if (rule.head == config.head.kind)
      json[std::string(rule.setting)] = config.head.dropout.value_or(otherwise);
}

// The heads that the family has on a body of this shape.
std::vector<HeadRule> heads_on(const Family& family, TransformerShape shape) {
  const TransformerShape usual = family.defaults().shape;
  std::vector<HeadRule> rules = family.heads;
  std::erase_if(rules, [&](const HeadRule& rule) { return rule.shape.value_or(usual) != shape; });
  return rules;
}

// Only the settings that the family knows.
Json write_settings(const Family& family, const TransformerModelConfig& config) {
  Json json = Json::object();
  write_head(heads_on(family, config.body.shape), config.head, json);
  json["model_type"] = std::string(family.model_type);
  TransformerModelConfig copy = config;
  const Json pairs = fields_to_json(fields_named(family.keys, copy.fields()));
  for (const auto& [key, value] : pairs.items()) json[key] = value;
  json[std::string(family.activation)] = std::string(kernels::name_of(config.body.activation));
  write_head_dropout(family, config, json);
  family.write(config.body, json);
  write_tokens(config.body.special, config.reads_source(), json);
  json["torch_dtype"] = "float32";
  return json;
}

TransformerModelConfig read_back(const Family& family, const Json& json) {
  std::vector<std::string> warnings;
  return read_config(family, json, "config.json", warnings);
}

// The options of a configuration that a family cannot hold.
std::vector<std::string> lacks(const Family& family, const TransformerModelConfig& config) {
  const std::vector<HeadRule> rules = heads_on(family, config.body.shape);
  const TransformerModelConfig usual(family.defaults());
  if (rules.empty()) return differences(config, usual);
  const bool has_head = std::any_of(rules.begin(), rules.end(),
                                    [&](const HeadRule& rule) { return rule.head == config.head.kind; });
  if (!has_head) return {fmt::format("head {}", name_of(config.head.kind))};
  try {
    return differences(config, read_back(family, write_config(family, config)));
  } catch (const Error&) {
    // What is left of the configuration in the family's settings does not fit together.
    return differences(config, usual);
  }
}

class FamilyType final : public ModelType {
 public:
  explicit FamilyType(const Family& family) : family_(family) {}

  const Family& family() const { return family_; }
  std::string_view name() const override { return family_.model_type; }
  std::vector<std::string> presets() const override {
    return {family_.presets.begin(), family_.presets.end()};
  }
  std::unique_ptr<ModelConfig> preset(std::string_view preset) const override {
    auto config = std::make_unique<TransformerModelConfig>(transformer_preset(preset));
    config->pooler_activation = family_.pooler_activation.value_or(config->body.activation);
    config->pooler_dropout = family_.pooler_dropout;
    return config;
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    ReadConfig found;
    found.config = std::make_unique<TransformerModelConfig>(read_config(family_, json, path, found.warnings));
    return found;
  }
  Json write(const ModelConfig& config) const override { return write_config(family_, cast(config)); }
  TensorNames tensor_names(const ModelConfig& config) const override {
    return family_.names_of ? family_.names_of(cast(config).body) : family_.names;
  }
  NamedTensors constants(const ModelConfig& config) const override {
    return family_.constants ? family_.constants(cast(config).body) : NamedTensors();
  }

 private:
  static const TransformerModelConfig& cast(const ModelConfig& config) {
    return dynamic_cast<const TransformerModelConfig&>(config);
  }

  const Family& family_;
};

std::span<const FamilyType> family_types() {
  static const auto kAll = [] {
    std::vector<FamilyType> all;
    for (const Family* family : families()) all.emplace_back(*family);
    return all;
  }();
  return kAll;
}

}  // namespace

std::span<const Family* const> families() {
  static const auto kAll = std::to_array<const Family*>(
      {&marian(),      &bart(),       &mbart(),      &m2m100(),   &bert(),  &roberta(),
       &xlm_roberta(), &longformer(), &distilbert(), &roformer(), &t5(),    &mt5(),
       &gpt2(),        &llama(),      &mistral(),    &qwen2(),    &qwen3(), &gemma(),
       &gemma2(),      &phi(),        &gpt_neox(),   &opt(),      &falcon()});
  return kAll;
}

std::span<const ModelType* const> types() {
  static const auto kAll = [] {
    std::vector<const ModelType*> all;
    for (const FamilyType& type : family_types()) all.push_back(&type);
    return all;
  }();
  return kAll;
}

const ModelType& type_for(const TransformerModelConfig& config, const ModelType* preferred) {
  config.validate();
  const FamilyType* nearest = nullptr;
  const FamilyType* first = nullptr;
  std::vector<std::string> lacking;
  for (const FamilyType& type : family_types()) {
    std::vector<std::string> theirs = lacks(type.family(), config);
    if (theirs.empty() && &type == preferred) return type;
    if (theirs.empty() && first == nullptr) first = &type;
    if (nearest != nullptr && theirs.size() >= lacking.size()) continue;
    nearest = &type;
    lacking = std::move(theirs);
  }
  check(first != nullptr,
        "no Hugging Face family holds this model: {}, which comes nearest, has no {}; keep to the form of a "
        "preset, and change its sizes only",
        nearest->name(), fmt::join(lacking, ", no "));
  return *first;
}

TransformerModelConfig read_config(const Family& family, const Json& json, const std::string& path,
                                   std::vector<std::string>& warnings) {
  ConfigReader reader(json, path);
  TransformerModelConfig config = read_config(family, reader);
  warnings = reader.warnings();
  return config;
}

TransformerModelConfig read_config(const Family& family, ConfigReader& reader) {
  TransformerModelConfig config(family.defaults());
  config.body.shape = head_rule(reader, family.heads).shape.value_or(config.body.shape);
  config.pooler_dropout = family.pooler_dropout;
  reader.read(family.keys, config.fields());
  reader.read(training_rules(family), config.fields());
  config.body.activation = reader.activation_or(family.activation, config.body.activation);
  family.read(reader, config.body);
  config.pooler_activation = family.pooler_activation.value_or(config.body.activation);
  read_tokens(reader, config.body.special, config.body.vocabulary, config.reads_source());
  read_head(reader, family.heads, config.head);
  read_head_dropout(family, reader, config.head);
  reader.finish();
  try {
    config.validate();
  } catch (const Error& error) {
    fail("{}: {}", reader.path(), error.what());
  }
  return config;
}

Json write_config(const Family& family, const TransformerModelConfig& config) {
  Json json = write_settings(family, config);
  TransformerModelConfig wanted = config, back = read_back(family, json);
  const auto rules = training_rules(family);
  const Json now = fields_to_json(fields_named(rules, wanted.fields())),
             before = fields_to_json(fields_named(rules, back.fields()));
  for (const auto& [name, value] : now.items()) {
    if (value != before.at(name)) json[name] = value;
  }
  return json;
}

}  // namespace hodhod::hf
