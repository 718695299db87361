// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_config.h"

#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"

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

void read_banned_words(const Json& json, DecodeOptions& options, const std::string& where) {
  const Json* words = json_find(json, "bad_words_ids");
  if (words == nullptr || words->is_null()) return;
  check(words->is_array(), "{}: bad_words_ids: expected a list of lists of whole numbers", where);
  for (const Json& word : *words) {
    const auto tokens = json_as<std::vector<int64_t>>(word, where + ": bad_words_ids");
    if (tokens.size() == 1) options.suppress_tokens.push_back(tokens[0]);
  }
}

}  // namespace

DecodeOptions read_generation_config(const std::string& directory, DecodeOptions options) {
  const std::string path = path_in(directory);
  if (!file_exists(path)) return options;
  Json json = read_json(path);
  check(json.is_object(), "{}: expected an object", path);
  // "never" means to search on, which is what false comes to here.
  if (const Json* early = json_find(json, "early_stopping"); early && early->is_string())
    json["early_stopping"] = false;
  const bool encoder_decoder = json_find(json, "decoder_start_token_id") != nullptr;
  const Json* most = json_find(json, "max_new_tokens");
  if ((most == nullptr || most->is_null()) && encoder_decoder) {
    if (const auto length = numbers(json, "max_length", path); !length.empty() && length[0] > 1)
      options.max_new_tokens = length[0] - 1;
  }
  // A seed is this program's own.
  json.erase("seed");
  fields_from_json(json, fields_of(options), path);
  for (const auto& [key, member] : {std::pair{"forced_bos_token_id", &options.forced_bos},
                                    std::pair{"forced_eos_token_id", &options.forced_eos}}) {
    if (const auto tokens = numbers(json, key, path); !tokens.empty()) *member = tokens[0];
  }
  if (const auto tokens = numbers(json, "eos_token_id", path); !tokens.empty()) options.eos = tokens;
  options.suppress_tokens =
      json_get_or<std::vector<int64_t>>(json, "suppress_tokens", options.suppress_tokens, path);
  options.begin_suppress_tokens =
      json_get_or<std::vector<int64_t>>(json, "begin_suppress_tokens", options.begin_suppress_tokens, path);
  read_banned_words(json, options, path);
  return options;
}

void write_generation_config(const std::string& directory, const DecodeOptions& options,
                             const TransformerConfig& config) {
  const std::string path = path_in(directory);
  if (file_exists(path)) return;
  const DecodeOptions usual;
  Json json = Json::object();
  const Json ours = to_json(options), theirs = to_json(usual);
  for (const auto& [key, value] : ours.items()) {
    if (key != "seed" && value != theirs[key]) json[key] = value;
  }
  if (config.bos >= 0) json["bos_token_id"] = config.bos;
  if (config.eos >= 0) json["eos_token_id"] = config.eos;
  json["pad_token_id"] = config.pad;
  if (config.has_encoder()) {
    json["decoder_start_token_id"] = config.decoder_start;
    if (options.forced_bos >= 0) json["forced_bos_token_id"] = options.forced_bos;
    if (options.forced_eos >= 0) json["forced_eos_token_id"] = options.forced_eos;
  }
  write_file_atomically(path, format_json(json) + "\n");
}

}  // namespace hodhod
