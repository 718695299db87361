// SPDX-License-Identifier: Apache-2.0
// Tokenizer: writing a directory that AutoTokenizer opens.
#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/text/formats/tokenizer_files.h"

namespace hodhod::text {
namespace {

// How Transformers writes that a length is not known.
constexpr double kNoLongest = 1e30;

// BERT's kind, whose models tell the second of two texts by its type ids. Other models take none.
bool gives_type_ids(const Tokenizer& tokenizer) {
  const TokenizerParts& parts = tokenizer.parts();
  if (!parts.post_processor || !tokenizer.role("cls_token")) return false;
  std::vector<Encoding> two(2);
  two[0].push(0, 0, {}, {}, 0);
  two[1].push(0, 1, {}, {}, 0);
  parts.post_processor->apply(two, {std::string_view(), std::string_view()}, true);
  const auto is_second = [](const Encoding& encoding) {
    return std::any_of(encoding.type_ids.begin(), encoding.type_ids.end(), [](int32_t id) { return id > 0; });
  };
  return std::any_of(two.begin(), two.end(), is_second);
}

Json added_tokens_decoder(const AddedTokens& added) {
  Json decoder = Json::object();
  for (const AddedToken& token : added.all()) {
    Json value = added_token_to_json(token);
    value.erase("id");
    decoder[std::to_string(token.id)] = std::move(value);
  }
  return decoder;
}

bool says_longest(const Json& config) {
  const Json* longest = json_find(config, "model_max_length");
  return longest != nullptr && longest->is_number() && longest->get<double>() < kNoLongest / 2;
}

// Sets what the directory's own settings do not say.
void set_default(Json& config, const char* key, Json value) {
  if (json_find(config, key) == nullptr) config[key] = std::move(value);
}

}  // namespace

void Tokenizer::save(const std::string& directory, std::optional<int64_t> longest) const {
  make_directories(directory);
  Json roles = Json::object();
  for (const char* name : kTokenRoles) {
    // A token that is only like one of that role is not named: readers would then look for it in texts.
    const auto named = [&](const auto& known) { return known.first == name; };
    const bool said = std::any_of(parts_.roles.begin(), parts_.roles.end(), named);
    const auto id = role(name);
    if (id && (said || is_special(*id))) roles[name] = id_to_token(*id);
  }
  Json config = parts_.settings;
  config["added_tokens_decoder"] = added_tokens_decoder(added_);
  for (const auto& [name, token] : roles.items()) config[name] = token;
  config["clean_up_tokenization_spaces"] = parts_.cleans_up;
  if (!says_longest(config)) {
    config["model_max_length"] = longest             ? Json(*longest)
                                 : parts_.truncation ? Json(parts_.truncation->max_length)
                                                     : Json(kNoLongest);
  }
  set_default(config, "model_input_names",
              gives_type_ids(*this) ? Json::array({"input_ids", "token_type_ids", "attention_mask"})
                                    : Json::array({"input_ids", "attention_mask"}));
  // A class that was named has a side of its own: Llama's is the left.
  if (json_find(config, "tokenizer_class") == nullptr) set_default(config, "padding_side", "right");
  set_default(config, "tokenizer_class",
              parts_.files.empty() ? "PreTrainedTokenizerFast" : "MarianTokenizer");
  if (const Json* more = json_find(config, "additional_special_tokens"))
    roles["additional_special_tokens"] = *more;
  for (const auto& [name, bytes] : parts_.files) write_file_atomically(join_path(directory, name), bytes);
  if (parts_.files.empty()) write_file_atomically(join_path(directory, "tokenizer.json"), to_json());
  write_file_atomically(join_path(directory, "special_tokens_map.json"), format_json(roles) + "\n");
  write_file_atomically(join_path(directory, "tokenizer_config.json"), format_json(config) + "\n");
}

}  // namespace hodhod::text
