// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/rope.h"

#include <array>
#include <cmath>

#include "hodhod/base/error.h"

namespace hodhod::hf {
namespace {

constexpr KeyRule kTheta = {"rope_theta", "rotary_base"};
constexpr KeyRule kShare = {"partial_rotary_factor", "rotary_share"};

// Reads the share of channels that turn under today's name.
void read_share(ConfigReader& reader, TransformerConfig& config, const RopeKeys& keys) {
  if (keys.share.empty()) return reader.only(kShare.theirs, 1.0);
  reader.read(std::array{kShare}, fields_of(config));
}

// The settings of a kind of scaling. In the formulas of Llama 3 and YaRN, frequencies with fewer turns in the
// original length than rotary_low_frequency are scaled in full, and those with more turns than
// rotary_high_frequency are not scaled.
struct RopeKind {
  std::string_view name;
  RotaryScaling scaling;
  std::vector<KeyRule> rules;
};

const std::vector<RopeKind>& rope_kinds() {
  constexpr KeyRule kFactor = {"factor", "rotary_factor"};
  constexpr KeyRule kOriginal = {"original_max_position_embeddings", "rotary_original_length"};
  static const std::vector<RopeKind> kAll = {
      {"default", RotaryScaling::none, {}},
      {"linear", RotaryScaling::linear, {kFactor}},
      {"dynamic", RotaryScaling::dynamic, {kFactor}},
      {"llama3",
       RotaryScaling::llama3,
       {kFactor,
        kOriginal,
        {"low_freq_factor", "rotary_low_frequency"},
        {"high_freq_factor", "rotary_high_frequency"}}},
      {"yarn",
       RotaryScaling::yarn,
       {kFactor,
        kOriginal,
        {"beta_slow", "rotary_low_frequency"},
        {"beta_fast", "rotary_high_frequency"},
        {"attention_factor", "rotary_amplitude"}}},
  };
  return kAll;
}

const RopeKind& rope_kind(const std::string& name, const std::string& place) {
  std::string known;
  for (const RopeKind& kind : rope_kinds()) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(kind.name);
  }
  fail("{}: scaling of type '{}' is not known; {} are", place, name, known);
}

// The factor of cosines and sines: the given one, or 0.1 ln(factor) + 1 as the authors of YaRN advise.
// "mscale" and "mscale_all_dim" can change the 0.1 (DeepSeek).
double yarn_amplitude(ConfigReader& rope, double factor) {
  const auto growth = [&](double share) { return factor > 1 ? 0.1 * share * std::log(factor) + 1 : 1; };
  const auto share = rope.get_or<double>("mscale", 0), all = rope.get_or<double>("mscale_all_dim", 0);
  return share != 0 && all != 0 ? growth(share) / growth(all) : growth(1);
}

void read_parameters(ConfigReader& rope, TransformerConfig& config, const Json& object,
                     const RopeKeys& keys) {
  for (const auto& [key, value] : object.items()) {
    check(!value.is_object(), "{}: parameters by type of layer are not known; a model with one set is needed",
          rope.place(key));
  }
  rope.read(std::array{kTheta}, fields_of(config));
  read_share(rope, config, keys);
  const auto old_name = rope.get_or<std::string>("type", "default");
  const auto name = rope.get_or<std::string>("rope_type", old_name);
  const RopeKind& kind = rope_kind(name, rope.place("rope_type"));
  config.rotary_scaling = kind.scaling;
  config.rotary_original_length = config.max_length;
  if (kind.scaling == RotaryScaling::yarn) {
    config.rotary_low_frequency = 1;
    config.rotary_high_frequency = 32;
    rope.only("truncate", true);
  }
  rope.read(kind.rules, fields_of(config));
  const bool asks_all = kind.scaling == RotaryScaling::llama3;
  for (const KeyRule& rule : kind.rules) {
    check(rope.find(rule.theirs) != nullptr || (!asks_all && rule.theirs != "factor"),
          "{}: rope_type {} needs this number", rope.place(rule.theirs), name);
  }
  if (kind.scaling == RotaryScaling::yarn && rope.find("attention_factor") == nullptr)
    config.rotary_amplitude = yarn_amplitude(rope, config.rotary_factor);
}

}  // namespace

void read_rope(ConfigReader& reader, TransformerConfig& config, const RopeKeys& keys) {
  // Files may have both a family's own names and today's.
  reader.read(std::array{kTheta}, fields_of(config));
  reader.read(std::array{KeyRule{keys.base, kTheta.ours}}, fields_of(config));
  read_share(reader, config, keys);
  if (!keys.share.empty()) reader.read(std::array{KeyRule{keys.share, kShare.ours}}, fields_of(config));
  const Json *now = reader.find("rope_parameters"), *once = reader.find("rope_scaling");
  check(now == nullptr || once == nullptr || *now == *once,
        "{} and rope_scaling say different things; keep one of them", reader.place("rope_parameters"));
  const Json* object = now != nullptr ? now : once;
  if (object == nullptr) return;
  const char* name = now != nullptr ? "rope_parameters" : "rope_scaling";
  ConfigReader rope(*object, reader.path(), name);
  read_parameters(rope, config, *object, keys);
  rope.finish();
  reader.join(rope);
}

void write_rope(const TransformerConfig& config, Json& out, const RopeKeys& keys) {
  out[std::string(keys.base)] = config.rotary_base;
  if (!keys.share.empty()) out[std::string(keys.share)] = config.rotary_share;
  if (config.rotary_scaling == RotaryScaling::none) return;
  for (const RopeKind& kind : rope_kinds()) {
    if (kind.scaling != config.rotary_scaling) continue;
    TransformerConfig copy = config;
    Json scaling = fields_to_json(fields_named(kind.rules, fields_of(copy)));
    scaling["rope_type"] = std::string(kind.name);
    out["rope_scaling"] = scaling;
  }
}

}  // namespace hodhod::hf
