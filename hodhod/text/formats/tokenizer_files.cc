// SPDX-License-Identifier: Apache-2.0
// Tokenizer: files and directories.
#include "hodhod/text/formats/tokenizer_files.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod::text {
namespace {

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
  // A vocabulary alone maps tokens to numbers; a tokenizer.json has a model.
  if (name_of(path) == "vocab.json" || name_of(path) == "encoder.json") {
    const std::string merges = find_merges(parent_path(path));
    if (!merges.empty()) return load_gpt2_files(path, merges);
  }
  return Tokenizer::from_json(read_file(path), path);
}

Tokenizer load_file(const std::string& path) {
  const std::string name = name_of(path);
  if (name.ends_with(".json")) return load_json_file(path);
  if (name.ends_with(".model") || name.ends_with(".spm")) return load_sentencepiece(path);
  if (name == "merges.txt" || name == "vocab.bpe") {
    const std::string vocab = find_vocab(parent_path(path));
    if (!vocab.empty()) return load_gpt2_files(vocab, path);
  }
  if (name.ends_with(".txt")) return load_bert_vocab(path);
  return load_subword_nmt(path);
}

TokenizerParts directory_parts(const std::string& directory, const TokenizerConfig& config) {
  // Marian's tokenizer has no tokenizer.json in Transformers, so one beside its files is not what it reads.
  if (file_exists(join_path(directory, "source.spm"))) return marian_parts(directory, config);
  if (const auto path = find_file(directory, {"tokenizer.json"}); !path.empty()) {
    TokenizerParts parts = parts_from_json(read_file(path), path);
    heed_settings(parts, config);
    return parts;
  }
  const std::string vocab = find_vocab(directory), merges = find_merges(directory);
  if (const auto path = find_file(directory, {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"});
      !path.empty()) {
    return sentencepiece_parts(read_file(path), path, config);
  }
  if (!vocab.empty() && !merges.empty()) return gpt2_parts(vocab, merges, config);
  if (const auto path = find_file(directory, {"vocab.txt"}); !path.empty()) return bert_parts(path, config);
  fail(
      "{}: there is no tokenizer here; expected tokenizer.json, tokenizer.model, vocab.json with merges.txt "
      "or source.spm, or vocab.txt",
      directory);
}

// Tokens that the settings name: those that are known become special where they are said to be, and are
// looked for in texts; others are added. tokenizer.json numbers those after its own.
void add_named_tokens(TokenizerParts& parts, const TokenizerConfig& config, bool numbered) {
  std::vector<AddedToken> named = config.tokens();
  std::stable_sort(named.begin(), named.end(), [](const AddedToken& a, const AddedToken& b) {
    return static_cast<uint32_t>(a.id) < static_cast<uint32_t>(b.id);
  });
  for (AddedToken& token : named) {
    const auto same = [&](const AddedToken& other) { return other.content == token.content; };
    const auto known = std::find_if(parts.added_tokens.begin(), parts.added_tokens.end(), same);
    if (known != parts.added_tokens.end()) {
      known->special = known->special || token.special;
      known->in_text = true;
      continue;
    }
    if (!numbered) token.id = -1;
    parts.added_tokens.push_back(std::move(token));
  }
}

// Whether the class opens what is saved: always if it was read from files like those; else those classes do
// that take a tokenizer.json as it is, with what their own files became in it.
bool opens_saved(const TokenizerConfig& config, bool same_files) {
  if (same_files) return true;
  switch (config.family()) {
    case TokenizerFamily::kBert:
      return config.flag("do_basic_tokenize", true);
    case TokenizerFamily::kGpt2:
    case TokenizerFamily::kRoberta:
    case TokenizerFamily::kLlama:
      return true;
    default:
      return false;
  }
}

Tokenizer load_directory(const std::string& directory) {
  const TokenizerConfig config = TokenizerConfig::read(directory);
  TokenizerParts parts = directory_parts(directory, config);
  const bool is_json = parts.files.empty() && file_exists(join_path(directory, "tokenizer.json"));
  add_named_tokens(parts, config, !is_json);
  parts.roles = config.roles();
  parts.cleans_up = config.flag("clean_up_tokenization_spaces", false);
  parts.settings = config.kept_settings();
  for (std::string& warning : config.warnings()) parts.warnings.push_back(std::move(warning));
  if (!opens_saved(config, is_json || !parts.files.empty())) parts.settings.erase("tokenizer_class");
  return Tokenizer(std::move(parts), directory);
}

}  // namespace

Tokenizer Tokenizer::load(const std::string& path) {
  return is_directory(path) ? load_directory(path) : load_file(path);
}

}  // namespace hodhod::text
