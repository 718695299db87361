// SPDX-License-Identifier: Apache-2.0
// What the files beside a tokenizer say: tokenizer_config.json, special_tokens_map.json, added_tokens.json,
// and the kind of model in config.json, which stands for a tokenizer's class where none is named.
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

// Tokenizer classes of Transformers by what they make of their files and settings.
enum class TokenizerFamily {
  kNone,  // no class is named
  kFast,  // PreTrainedTokenizerFast: tokenizer.json says all
  kBert,  // its settings decide about the normaliser
  kGpt2,
  kRoberta,
  kLlama,  // add_bos_token (yes) and add_eos_token (no) decide about the post-processor; Gemma's too
  kT5,     // </s> follows a text
  kMarian,
  kRenumbered,  // ids are not those of their SentencePiece model: XLM-RoBERTa, mBART, Pegasus, …
  kOther,
};

class TokenizerConfig {
 public:
  // The files of a directory; those that are absent say nothing. Error for one that is damaged.
  static TokenizerConfig read(const std::string& directory);

  const std::string& path() const { return path_; }              // of tokenizer_config.json, for messages
  const std::string& tokenizer_class() const { return class_; }  // as written; may be empty
  // By the class, or else by config.json's model_type.
  TokenizerFamily family() const { return family_; }
  bool names_class() const { return !class_.empty(); }

  // A setting that is true or false; nothing when it is absent or null.
  std::optional<bool> flag(const char* key) const;
  bool flag(const char* key, bool otherwise) const { return flag(key).value_or(otherwise); }
  int64_t number(const char* key, int64_t otherwise) const;
  std::vector<std::string> strings(const char* key) const;  // empty when absent

  // ("eos_token", "</s>"), in the order of the roles.
  const std::vector<std::pair<std::string, std::string>>& roles() const { return roles_; }
  std::string role(std::string_view name, std::string_view otherwise) const;
  // Special and other added tokens that the files name; ids are −1 where none is given.
  const std::vector<AddedToken>& tokens() const { return tokens_; }

  // All of tokenizer_config.json but what a tokenizer writes there itself.
  Json kept_settings() const;
  // Sentences about settings that nothing here uses.
  std::vector<std::string> warnings() const;

 private:
  void read_tokens(const std::string& path, const Json& json);
  void add_token(AddedToken token);

  std::string path_, class_;
  TokenizerFamily family_ = TokenizerFamily::kNone;
  Json json_ = Json::object();
  std::vector<std::pair<std::string, std::string>> roles_;
  std::vector<AddedToken> tokens_;
};

}  // namespace hodhod::text
