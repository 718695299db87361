// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/tokenizer_json.h"

#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/text/patterns/json_pattern.h"

namespace hodhod::text {
namespace {

Side read_side(const Json& json, const std::string& where) {
  const auto direction = json_get_or<std::string>(json, "direction", "Right", where);
  check(direction == "Right" || direction == "Left", "{}: direction: expected Left or Right", where);
  return direction == "Left" ? Side::left : Side::right;
}

const char* side_name(Side side) { return side == Side::left ? "Left" : "Right"; }

int64_t read_count(const Json& json, const char* key, int64_t otherwise, const std::string& where) {
  const auto count = json_get_or<int64_t>(json, key, otherwise, where);
  check(count >= 0 && count <= std::numeric_limits<int32_t>::max(), "{}: {}: {} is out of range", where, key,
        count);
  return count;
}

std::optional<Truncation> read_truncation(const Json* json, const std::string& where) {
  if (json == nullptr || json->is_null()) return std::nullopt;
  Truncation truncation;
  truncation.max_length = read_count(*json, "max_length", 512, where);
  truncation.stride = read_count(*json, "stride", 0, where);
  truncation.side = read_side(*json, where);
  const auto strategy = json_get_or<std::string>(*json, "strategy", "LongestFirst", where);
  if (strategy == "OnlyFirst") {
    truncation.strategy = TruncationStrategy::only_first;
  } else if (strategy == "OnlySecond") {
    truncation.strategy = TruncationStrategy::only_second;
  } else {
    check(strategy == "LongestFirst", "{}: strategy: expected LongestFirst, OnlyFirst or OnlySecond", where);
  }
  return truncation;
}

Json truncation_to_json(const std::optional<Truncation>& truncation) {
  if (!truncation) return nullptr;
  constexpr const char* kStrategies[] = {"LongestFirst", "OnlyFirst", "OnlySecond"};
  return {{"direction", side_name(truncation->side)},
          {"max_length", truncation->max_length},
          {"strategy", kStrategies[static_cast<int>(truncation->strategy)]},
          {"stride", truncation->stride}};
}

std::optional<Padding> read_padding(const Json* json, const std::string& where) {
  if (json == nullptr || json->is_null()) return std::nullopt;
  Padding padding;
  const Json* strategy = json_find(*json, "strategy");
  if (strategy != nullptr && strategy->is_object()) {
    padding.length = read_count(*strategy, "Fixed", 0, where + ": strategy");
  }
  padding.multiple_of = read_count(*json, "pad_to_multiple_of", 0, where);
  padding.side = read_side(*json, where);
  padding.id = static_cast<int32_t>(read_count(*json, "pad_id", 0, where));
  padding.type_id = static_cast<int32_t>(read_count(*json, "pad_type_id", 0, where));
  padding.token = json_get_or<std::string>(*json, "pad_token", "[PAD]", where);
  return padding;
}

Json padding_to_json(const std::optional<Padding>& padding) {
  if (!padding) return nullptr;
  Json strategy = "BatchLongest";
  if (padding->length > 0) strategy = {{"Fixed", padding->length}};
  Json multiple = nullptr;
  if (padding->multiple_of > 0) multiple = padding->multiple_of;
  return {{"strategy", strategy},  {"direction", side_name(padding->side)}, {"pad_to_multiple_of", multiple},
          {"pad_id", padding->id}, {"pad_type_id", padding->type_id},       {"pad_token", padding->token}};
}

std::vector<AddedToken> read_added_tokens(const Json* json, const std::string& where) {
  std::vector<AddedToken> tokens;
  if (json == nullptr || json->is_null()) return tokens;
  check(json->is_array(), "{}: expected a list", where);
  for (const Json& item : *json) {
    const std::string here = fmt::format("{}[{}]", where, tokens.size());
    AddedToken token;
    token.content = json_get<std::string>(item, "content", here);
    const auto id = json_get<int64_t>(item, "id", here);
    check(id >= 0 && id <= std::numeric_limits<int32_t>::max(), "{}: id: {} is out of range", here, id);
    token.id = static_cast<int32_t>(id);
    token.single_word = json_get_or<bool>(item, "single_word", false, here);
    token.lstrip = json_get_or<bool>(item, "lstrip", false, here);
    token.rstrip = json_get_or<bool>(item, "rstrip", false, here);
    token.special = json_get_or<bool>(item, "special", false, here);
    token.normalized = json_get_or<bool>(item, "normalized", !token.special, here);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

const Json& member_or_null(const Json& json, std::string_view key) {
  static const Json kNull = nullptr;
  const Json* member = json_find(json, key);
  return member == nullptr ? kNull : *member;
}

template <class Part>
Json part_to_json(const Part& part) {
  return part ? part->to_json() : Json(nullptr);
}

}  // namespace

Json added_token_to_json(const AddedToken& token) {
  return {{"id", token.id},          {"content", token.content}, {"single_word", token.single_word},
          {"lstrip", token.lstrip},  {"rstrip", token.rstrip},   {"normalized", token.normalized},
          {"special", token.special}};
}

TokenizerParts parts_from_json(std::string_view text, const std::string& name) {
  const Json json = parse_json(text, name);
  check(json.is_object(), "{}: expected an object", name);
  const Json* model = json_find(json, "model");
  check(model != nullptr, "{}: the key \"model\" is missing; is this a tokenizer.json?", name);
  TokenizerParts parts;
  parts.normalizer = normalizer_from_json(member_or_null(json, "normalizer"), name + ": normalizer");
  parts.pre_tokenizer =
      pre_tokenizer_from_json(member_or_null(json, "pre_tokenizer"), name + ": pre_tokenizer");
  parts.model = model_from_json(*model, name + ": model");
  parts.post_processor =
      post_processor_from_json(member_or_null(json, "post_processor"), name + ": post_processor");
  parts.decoder = decoder_from_json(member_or_null(json, "decoder"), name + ": decoder");
  parts.added_tokens = read_added_tokens(json_find(json, "added_tokens"), name + ": added_tokens");
  parts.truncation = read_truncation(json_find(json, "truncation"), name + ": truncation");
  parts.padding = read_padding(json_find(json, "padding"), name + ": padding");
  return parts;
}

std::string tokenizer_to_json(const Tokenizer& tokenizer) {
  const TokenizerParts& parts = tokenizer.parts();
  Json added = Json::array();
  for (const AddedToken& token : tokenizer.added_tokens().all()) added.push_back(added_token_to_json(token));
  Json head = {{"version", "1.0"},
               {"truncation", truncation_to_json(parts.truncation)},
               {"padding", padding_to_json(parts.padding)},
               {"added_tokens", added},
               {"normalizer", part_to_json(parts.normalizer)},
               {"pre_tokenizer", part_to_json(parts.pre_tokenizer)},
               {"post_processor", part_to_json(parts.post_processor)},
               {"decoder", part_to_json(parts.decoder)}};
  std::string out = format_json(head);
  // The model is text already; it goes in before the closing brace.
  out.resize(out.find_last_of('}'));
  while (out.back() == '\n') out.pop_back();
  return out + ",\n  \"model\": " + parts.model->to_json() + "\n}\n";
}

}  // namespace hodhod::text
