// SPDX-License-Identifier: Apache-2.0
// Tokenizer: files and directories.
#include "hodhod/text/tokenizer_files.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod::text {
namespace {

constexpr const char* kRoles[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                  "pad_token", "cls_token", "mask_token"};

// The path of the first of these that the directory holds; empty if it holds none.
std::string find_file(const std::string& directory, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string path = join_path(directory, name);
    if (file_exists(path)) return path;
  }
  return "";
}

std::string find_merges(const std::string& directory) {
  return find_file(directory, {"merges.txt", "vocab.bpe"});
}
std::string find_vocab(const std::string& directory) {
  return find_file(directory, {"vocab.json", "encoder.json"});
}

std::string name_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

Tokenizer load_json_file(const std::string& path) {
  const std::string text = read_file(path);
  // A vocabulary alone maps tokens to numbers; a tokenizer.json has a model.
  if (name_of(path) == "vocab.json" || name_of(path) == "encoder.json") {
    const std::string merges = find_merges(parent_path(path));
    if (!merges.empty()) return load_gpt2_files(path, merges);
  }
  return Tokenizer::from_json(text, path);
}

Tokenizer load_file(const std::string& path) {
  const std::string name = name_of(path);
  if (name.ends_with(".json")) return load_json_file(path);
  if (name.ends_with(".model")) return load_sentencepiece(path);
  if (name == "merges.txt" || name == "vocab.bpe") {
    const std::string vocab = find_vocab(parent_path(path));
    if (!vocab.empty()) return load_gpt2_files(vocab, path);
  }
  if (name.ends_with(".txt")) return load_bert_vocab(path);
  return load_subword_nmt(path);
}

bool read_lowercase(const std::string& directory) {
  const std::string path = join_path(directory, "tokenizer_config.json");
  return !file_exists(path) || json_get_or<bool>(read_json(path), "do_lower_case", true, path);
}

Tokenizer load_directory(const std::string& directory) {
  if (const auto path = find_file(directory, {"tokenizer.json"}); !path.empty()) return load_json_file(path);
  if (const auto path = find_file(directory, {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"});
      !path.empty()) {
    return load_sentencepiece(path);
  }
  const std::string vocab = find_vocab(directory), merges = find_merges(directory);
  if (!vocab.empty() && !merges.empty()) return load_gpt2_files(vocab, merges);
  if (const auto path = find_file(directory, {"vocab.txt"}); !path.empty()) {
    return load_bert_vocab(path, read_lowercase(directory));
  }
  fail(
      "{}: there is no tokenizer here; expected tokenizer.json, tokenizer.model, vocab.json with merges.txt, "
      "or vocab.txt",
      directory);
}

AddedToken read_special_token(const Json& json, const std::string& where) {
  AddedToken token{.normalized = false, .special = true};
  if (json.is_string()) {
    token.content = json.get<std::string>();
    return token;
  }
  token.content = json_get<std::string>(json, "content", where);
  token.lstrip = json_get_or<bool>(json, "lstrip", false, where);
  token.rstrip = json_get_or<bool>(json, "rstrip", false, where);
  token.single_word = json_get_or<bool>(json, "single_word", false, where);
  token.normalized = json_get_or<bool>(json, "normalized", false, where);
  return token;
}

void read_roles(const std::string& path, SpecialTokensMap& map) {
  if (!file_exists(path)) return;
  const Json json = read_json(path);
  check(json.is_object(), "{}: expected an object", path);
  const auto add = [&](AddedToken token) {
    const auto same = [&](const AddedToken& other) { return other.content == token.content; };
    if (token.content.empty() || std::any_of(map.tokens.begin(), map.tokens.end(), same)) return;
    map.tokens.push_back(std::move(token));
  };
  for (const char* role : kRoles) {
    const Json* value = json_find(json, role);
    if (value == nullptr || value->is_null()) continue;
    AddedToken token = read_special_token(*value, path + ": " + role);
    const auto same = [&](const auto& known) { return known.first == role; };
    if (std::none_of(map.roles.begin(), map.roles.end(), same)) map.roles.emplace_back(role, token.content);
    add(std::move(token));
  }
  const Json* more = json_find(json, "additional_special_tokens");
  if (more == nullptr || !more->is_array()) return;
  for (const Json& value : *more) add(read_special_token(value, path + ": additional_special_tokens"));
}

}  // namespace

SpecialTokensMap read_special_tokens(const std::string& directory) {
  SpecialTokensMap map;
  read_roles(join_path(directory, "special_tokens_map.json"), map);
  read_roles(join_path(directory, "tokenizer_config.json"), map);
  return map;
}

Tokenizer Tokenizer::load(const std::string& path) {
  const bool directory = is_directory(path);
  Tokenizer tokenizer = directory ? load_directory(path) : load_file(path);
  if (!directory) return tokenizer;
  SpecialTokensMap map = read_special_tokens(path);
  bool changed = false;
  for (AddedToken& token : map.tokens) {
    const AddedToken* known = tokenizer.added_.find(token.content);
    if (known != nullptr && known->special) continue;
    auto& added = tokenizer.parts_.added_tokens;
    if (known != nullptr) {
      for (AddedToken& other : added) other.special = other.special || other.content == token.content;
    } else {
      added.push_back(std::move(token));
    }
    changed = true;
  }
  tokenizer.parts_.roles = std::move(map.roles);
  return changed ? Tokenizer(std::move(tokenizer.parts_), path) : std::move(tokenizer);
}

void Tokenizer::save(const std::string& directory) const {
  make_directories(directory);
  Json roles = Json::object();
  for (const char* name : kRoles) {
    // A token that is only like one of that role is not named: readers would then look for it in texts.
    const auto named = [&](const auto& known) { return known.first == name; };
    const bool said = std::any_of(parts_.roles.begin(), parts_.roles.end(), named);
    const auto id = role(name);
    if (id && (said || is_special(*id))) roles[name] = id_to_token(*id);
  }
  Json decoder = Json::object();
  for (const AddedToken& token : added_.all()) {
    Json value = added_token_to_json(token);
    value.erase("id");
    decoder[std::to_string(token.id)] = std::move(value);
  }
  Json config = {{"added_tokens_decoder", decoder}, {"clean_up_tokenization_spaces", false}};
  for (const auto& [name, token] : roles.items()) config[name] = token;
  config["model_max_length"] = parts_.truncation ? Json(parts_.truncation->max_length) : Json(1e30);
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  write_file_atomically(join_path(directory, "tokenizer.json"), to_json());
  write_file_atomically(join_path(directory, "special_tokens_map.json"), format_json(roles) + "\n");
  write_file_atomically(join_path(directory, "tokenizer_config.json"), format_json(config) + "\n");
}

}  // namespace hodhod::text
