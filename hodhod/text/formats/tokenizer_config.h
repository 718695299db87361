// SPDX-License-Identifier: Apache-2.0
// The files beside a tokenizer: tokenizer_config.json, special_tokens_map.json, added_tokens.json, and
// config.json, whose tokenizer class or model type counts if tokenizer_config.json names no class.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/added_tokens.h"
#include "hodhod/text/token_roles.h"

namespace hodhod::text {

// Tokenizer classes of Transformers, grouped by how they use their files and settings.
enum class TokenizerFamily {
  none,  // no class is named
  fast,  // PreTrainedTokenizerFast: tokenizer.json is complete
  bert,  // its settings determine the normaliser
  gpt2,
  gpt_neox,  // add_bos_token and add_eos_token (both no) determine the post-processor
  qwen2,     // NFC, and its own pattern
  roberta,
  llama,  // add_bos_token (yes) and add_eos_token (no) determine the post-processor; Gemma too
  t5,     // </s> follows a text
  marian,
  xlm_roberta,  // this and the next two: see fairseq.h
  mbart,
  mbart50,
  nllb,
  m2m100,      // see m2m100.h
  renumbered,  // ids are not those of their SentencePiece model: Pegasus, Camembert, …
  other,
};

class TokenizerConfig {
 public:
  // Reads the files of a directory, if present. Error for a damaged one.
  static TokenizerConfig read(const std::string& directory);

  const std::string& path() const { return path_; }              // of tokenizer_config.json, for messages
  const std::string& tokenizer_class() const { return class_; }  // as written; may be empty
  // Determined by the class, or else by config.json.
  TokenizerFamily family() const { return family_; }
  bool names_class() const { return !class_.empty(); }
  // RoFormer's class, which finds Chinese words by a dictionary (jieba) before it splits them.
  bool finds_chinese_words() const { return finds_chinese_words_; }

  // A setting that is true or false; nothing if it is absent or null.
  std::optional<bool> flag(const char* key) const;
  bool flag(const char* key, bool otherwise) const { return flag(key).value_or(otherwise); }
  int64_t number(const char* key, int64_t otherwise) const;
  std::string text(const char* key, const std::string& otherwise) const;  // `otherwise` for null too
  std::vector<std::string> strings(const char* key) const;                // empty when absent

  // ("eos_token", "</s>"), in the order of the roles.
  const std::vector<std::pair<std::string, std::string>>& roles() const { return roles_; }
  std::string role(std::string_view name, std::string_view otherwise) const;
  // Special and other added tokens that the files name; the id is −1 if none is given.
  const std::vector<AddedToken>& tokens() const { return tokens_; }

  // The members of tokenizer_config.json except those that a tokenizer writes itself.
  Json kept_settings() const;
  // Warnings about settings that are not used, one sentence each.
  std::vector<std::string> warnings() const;

 private:
  void read_tokens(const std::string& path, const Json& json);
  void add_token(AddedToken token);

  std::string path_, class_, class_of_model_;  // the latter as config.json names it
  TokenizerFamily family_ = TokenizerFamily::none;
  bool finds_chinese_words_ = false;
  Json json_ = Json::object();
  std::vector<std::pair<std::string, std::string>> roles_;
  std::vector<AddedToken> tokens_;
};

}  // namespace hodhod::text
