// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/family.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"
#include "hodhod/models/hf/tokens.h"

namespace hodhod::hf {
namespace {

// A configuration in the form in which two that describe one model are equal: sizes that follow from others
// are 0, and options that have no effect, or one in training alone, are as in a new one.
TransformerConfig canonical(TransformerConfig c) {
  const TransformerConfig usual;
  const auto unless_used = [](bool used, auto& option, const auto& otherwise) {
    if (!used) option = otherwise;
  };
  const bool encodes = c.shape == TransformerShape::encoder,
             translates = c.shape == TransformerShape::encoder_decoder;
  unless_used(c.kv_heads != c.heads, c.kv_heads, 0);
  unless_used(c.head_size * c.heads != c.width, c.head_size, 0);
  unless_used(c.decoder_heads != c.heads, c.decoder_heads, 0);
  unless_used(c.decoder_feed_forward != c.feed_forward, c.decoder_feed_forward, 0);
  unless_used(c.has_encoder(), c.encoder_layers, 0);
  unless_used(c.has_decoder(), c.decoder_layers, 0);
  unless_used(translates, c.decoder_start, 0);
  unless_used(encodes, c.causal, false);
  unless_used(encodes, c.pooler_activation, usual.pooler_activation);
  // An encoder-decoder's bias that is not stored is 0.
  unless_used(!translates, c.output_bias, true);
  const bool labels = c.head == HeadKind::classifier || c.head == HeadKind::tagger;
  unless_used(labels, c.labels, 0);
  unless_used(c.head == HeadKind::classifier, c.problem, usual.problem);

  const bool rotary = c.positions == PositionKind::rotary, relative = c.positions == PositionKind::relative;
  const bool by_turns =
      rotary && (c.rotary_scaling == RotaryScaling::llama3 || c.rotary_scaling == RotaryScaling::yarn);
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

  c.dropout = c.attention_dropout = c.activation_dropout = 0;
  c.embedding_dropout = c.head_dropout = {};
  c.padding_learns = false;
  return c;
}

// The options in which two configurations differ, with the first one's values.
std::vector<std::string> differences(const TransformerConfig& one, const TransformerConfig& other) {
  const Json a = to_json(canonical(one)), b = to_json(canonical(other));
  std::vector<std::string> different;
  for (const auto& [name, value] : a.items()) {
    if (value != b.at(name)) different.push_back(fmt::format("{} {}", name, format_json(value, -1)));
  }
  return different;
}

// What a family cannot hold of a configuration.
std::vector<std::string> lacks(const Family& family, const TransformerConfig& config) {
  const TransformerConfig usual = family.defaults();
  if (usual.shape != config.shape) return differences(config, usual);
  const auto head = std::find_if(family.heads.begin(), family.heads.end(),
                                 [&](const HeadRule& rule) { return rule.head == config.head; });
  if (head == family.heads.end())
    return {fmt::format("head {}", names_of(config.head)[static_cast<size_t>(config.head)])};
  return differences(config, read_config(family, write_config(family, config), "config.json").config);
}

}  // namespace

std::span<const Family* const> families() {
  static const std::array<const Family*, 5> kAll = {&marian(), &bert(), &roformer(), &gpt2(), &llama()};
  return kAll;
}

const Family& family_named(std::string_view model_type, const std::string& path) {
  std::string known;
  for (const Family* family : families()) {
    if (family->model_type == model_type) return *family;
    known += known.empty() ? "" : ", ";
    known += family->model_type;
  }
  fail("{}: models of type '{}' are not known; those of {} are", path, model_type, known);
}

const Family& family_for(const TransformerConfig& config, const Family* preferred) {
  config.validate();
  if (preferred != nullptr && lacks(*preferred, config).empty()) return *preferred;
  const Family* nearest = nullptr;
  std::vector<std::string> lacking;
  for (const Family* family : families()) {
    std::vector<std::string> theirs = lacks(*family, config);
    if (theirs.empty()) return *family;
    if (nearest != nullptr && theirs.size() >= lacking.size()) continue;
    nearest = family;
    lacking = std::move(theirs);
  }
  fail(
      "no Hugging Face family holds this model: {}, which comes nearest, has no {}; keep to the form of a "
      "preset, and change its sizes only",
      nearest->model_type, fmt::join(lacking, ", no "));
}

ReadConfig read_config(const Family& family, const Json& json, const std::string& path) {
  ConfigReader reader(json, path);
  TransformerConfig config = family.defaults();
  reader.read(family.keys, config);
  config.activation = reader.activation_or(family.activation, config.activation);
  family.read(reader, config);
  read_tokens(reader, config);
  read_head(reader, family.heads, config);
  reader.finish();
  try {
    config.validate();
  } catch (const Error& error) {
    fail("{}: {}", path, error.what());
  }
  return {config, reader.warnings()};
}

Json write_config(const Family& family, const TransformerConfig& config) {
  Json json = Json::object();
  write_head(family.heads, config, json);
  json["model_type"] = std::string(family.model_type);
  TransformerConfig copy = config;
  const Json pairs = fields_to_json(fields_named(family.keys, copy));
  for (const auto& [key, value] : pairs.items()) json[key] = value;
  json[std::string(family.activation)] = std::string(kernels::name_of(config.activation));
  family.write(config, json);
  write_tokens(config, json);
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace hodhod::hf
