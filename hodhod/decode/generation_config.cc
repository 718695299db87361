// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_config.h"

#include <limits>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"
#include "hodhod/decode/generation_keys.h"
#include "hodhod/models/config_json.h"

namespace hodhod {
namespace {

std::string path_in(const std::string& directory) { return join_path(directory, "generation_config.json"); }

// A number or a list of them; empty if there is none.
std::vector<int64_t> numbers(const Json& json, const char* key, const std::string& where) {
  const Json* value = json_find(json, key);
  if (value == nullptr || value->is_null()) return {};
  const std::string place = fmt::format("{}: {}", where, key);
  if (!value->is_array()) return {json_as<int64_t>(*value, place)};
  return json_as<std::vector<int64_t>>(*value, place);
}

// A token that may stand alone or be the first of a list.
void read_token(const Json& json, const char* key, int64_t& token, const std::string& where) {
  if (const auto tokens = numbers(json, key, where); !tokens.empty()) token = tokens[0];
}

// The list under `key`; empty if there is none.
std::vector<Json> entries(const Json& json, const char* key, const std::string& where) {
  const Json* list = json_find(json, key);
  if (list == nullptr || list->is_null()) return {};
  check(list->is_array(), "{}: {}: expected a list", where, key);
  return {list->begin(), list->end()};
}

// Each word is a list of tokens. An end of sequence is not banned.
void read_banned_words(const Json& json, DecodeOptions& options, const std::string& where) {
  for (const Json& word : entries(json, "bad_words_ids", where)) {
    auto tokens = json_as<std::vector<int64_t>>(word, where + ": bad_words_ids");
    check(!tokens.empty(), "{}: bad_words_ids: a word without tokens", where);
    if (tokens.size() > 1) {
      options.sequence_bias.push_back({std::move(tokens), -std::numeric_limits<double>::infinity()});
    } else if (!options.ends(tokens[0])) {
      options.suppress_tokens.push_back(tokens[0]);
    }
  }
}

// [[tokens], bias] each.
void read_biases(const Json& json, DecodeOptions& options, const std::string& where) {
  for (const Json& entry : entries(json, "sequence_bias", where)) {
    const std::string place = where + ": sequence_bias";
    check(entry.is_array() && entry.size() == 2, "{}: expected pairs of a list of tokens and a number",
          place);
    options.sequence_bias.push_back(
        {json_as<std::vector<int64_t>>(entry.at(0), place), json_as<double>(entry.at(1), place)});
  }
}

void read_lengths(const Json& json, DecodeOptions& options, const std::string& where) {
  const auto says = [&](const char* key) {
    const Json* value = json_find(json, key);
    return value != nullptr && !value->is_null();
  };
  if (says("max_new_tokens")) {
    options.max_length = 0;
  } else if (says("max_length")) {
    options.max_new_tokens = kNoLimit;
  }
  if (const auto decay = entries(json, "exponential_decay_length_penalty", where); !decay.empty()) {
    const std::string place = where + ": exponential_decay_length_penalty";
    check(decay.size() == 2, "{}: expected a number of tokens and a factor", place);
    options.decay_start = json_as<int64_t>(decay[0], place);
    options.decay_factor = json_as<double>(decay[1], place);
  }
}

// The options that `json` gives, with Transformers' defaults for the others.
DecodeOptions options_from(Json json, const DecodeOptions& usual, const std::string& where) {
  DecodeOptions options{.max_new_tokens = usual.max_new_tokens, .top_k = 50, .seed = usual.seed};
  json.erase("seed");
  if (const Json* early = json_find(json, "early_stopping"); early && early->is_string()) {
    check(early->get<std::string>() == "never", "{}: early_stopping: expected true, false or \"never\"",
          where);
    options.never_stop_early = true;
    json.erase("early_stopping");
  }
  if (const Json* early = json_find(json, "early_stopping"); early && early->is_number()) {
    const bool stops = early->get<double>() != 0;
    json["early_stopping"] = stops;
  }
  if (const Json* top_k = json_find(json, "top_k"); top_k && top_k->is_null()) options.top_k = 0;
  fields_from_json(json, fields_of(options), where);
  read_lengths(json, options, where);
  options.eos = numbers(json, "eos_token_id", where);
  read_token(json, "bos_token_id", options.bos, where);
  read_token(json, "decoder_start_token_id", options.decoder_start, where);
  read_token(json, "forced_bos_token_id", options.forced_bos, where);
  read_token(json, "forced_eos_token_id", options.forced_eos, where);
  options.suppress_tokens = numbers(json, "suppress_tokens", where);
  options.begin_suppress_tokens = numbers(json, "begin_suppress_tokens", where);
  if (const Json* stops = json_find(json, "stop_strings"); stops && stops->is_string()) {
    options.stop_strings = {stops->get<std::string>()};
  } else {
    options.stop_strings = json_get_or<std::vector<std::string>>(json, "stop_strings", {}, where);
  }
  read_banned_words(json, options, where);
  read_biases(json, options, where);
  return options;
}

Json read_object(const std::string& path) {
  if (!file_exists(path)) return Json::object();
  Json json = read_json(path);
  check(json.is_object(), "{}: expected an object", path);
  return json;
}

// Whether any key says how a text is decoded. Those that name tokens do not.
bool says_how(const Json& part) {
  for (const auto& [key, value] : part.items()) {
    if (generation_key(key) != GenerationKey::token) return true;
  }
  return false;
}

// How a text is decoded for this task, by config.json.
Json part_of_task(const Json& config, std::string_view task) {
  return task.empty() ? Json::object() : generation_part(settings_of_task(config, task));
}

// Warns of keys in config.json that have no effect beside a generation_config.json.
void warn_of_hidden(const Json& part, const Json& file, const std::string& path, GenerationConfig& result) {
  std::string hidden;
  for (const auto& [key, value] : part.items()) {
    const Json* said = json_find(file, key);
    if (generation_key(key) == GenerationKey::token || asks_for_nothing(key, value)) continue;
    if (said && *said == value) continue;
    hidden += (hidden.empty() ? "" : ", ") + std::string(key);
  }
  if (!hidden.empty()) {
    result.warnings.push_back(
        fmt::format("{}: without effect, as there is a generation_config.json: {}", path, hidden));
  }
}

}  // namespace

GenerationConfig read_generation_config(const std::string& directory, const DecodeOptions& usual,
                                        std::string_view task) {
  const std::string path = path_in(directory);
  return generation_config_of(directory, read_object(join_path(directory, "config.json")),
                              file_exists(path) ? read_object(path) : Json(nullptr), usual, task);
}

GenerationConfig generation_config_of(const std::string& directory, const Json& config,
                                      const Json& generation, const DecodeOptions& usual,
                                      std::string_view task) {
  const std::string path = path_in(directory), beside = join_path(directory, "config.json");
  Json part = generation_part(config);
  // The old way to force the token that begins a text (BART).
  const Json* begins = json_find(config, "force_bos_token_to_be_generated");
  if (begins != nullptr && begins->is_boolean() && begins->get<bool>() &&
      !part.contains("forced_bos_token_id"))
    part["forced_bos_token_id"] = json_get_or<int64_t>(config, "bos_token_id", 0, beside);
  const Json of_task = part_of_task(config, task);
  GenerationConfig result;
  if (!generation.is_null()) {
    warn_of_hidden(part, generation, beside, result);
    Json whole = generation;
    whole.update(of_task);
    result.options = options_from(whole, usual, path);
    const auto warnings = generation_warnings(whole, path);
    result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());
    return result;
  }
  part.update(of_task);
  const DecodeOptions said = options_from(part, usual, beside);
  result.warnings = generation_warnings(part, beside);
  result.options = usual;
  if (says_how(part)) {
    result.options = said;
    return result;
  }
  result.options.eos = said.eos;
  result.options.bos = said.bos;
  result.options.decoder_start = said.decoder_start;
  result.options.forced_bos = said.forced_bos;
  result.options.forced_eos = said.forced_eos;
  return result;
}

}  // namespace hodhod
