// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/marian.h"

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/text/formats/numbered_pieces.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/formats/vocabularies.h"

namespace hodhod::text {
namespace {

// >>fra<< at the beginning of a text tells the language to translate into.
bool is_language(std::string_view token) {
  return token.size() > 4 && token.starts_with(">>") && token.ends_with("<<");
}

void add_marian_tokens(TokenizerParts& parts, const NumberedTokens& vocabulary,
                       const TokenizerConfig& config) {
  const std::string end = config.role("eos_token", "</s>"), pad = config.role("pad_token", "<pad>");
  for (const auto& [token, id] : vocabulary) {
    const bool language = is_language(token);
    if (!language && token != end && token != pad) continue;
    parts.added_tokens.push_back(
        {.content = token, .rstrip = language, .normalized = false, .special = true});
  }
  const std::string unknown = config.role("unk_token", "<unk>");
  for (AddedToken& token : parts.added_tokens) token.special = token.special || token.content == unknown;
}

// The tokenizer of one side.
TokenizerParts side_parts(std::string_view bytes, const std::string& spm, const NumberedTokens& vocabulary,
                          const std::string& path, const TokenizerConfig& config) {
  TokenizerParts parts = numbered_parts(bytes, spm, vocabulary, path, config);
  add_marian_tokens(parts, vocabulary, config);
  put_around(parts, "", config.role("eos_token", "</s>"), path);
  return parts;
}

}  // namespace

TokenizerParts marian_parts(const std::string& directory, const TokenizerConfig& config) {
  const std::string path = join_path(directory, "vocab.json");
  check(file_exists(path), "{}: there is no vocab.json beside source.spm", directory);
  check(!config.flag("separate_vocabs", false) && !file_exists(join_path(directory, "target_vocab.json")),
        "{}: separate vocabularies for source and target are not supported", directory);
  const NumberedTokens vocabulary = read_vocab_json(path);
  const std::string source = join_path(directory, "source.spm"), target = join_path(directory, "target.spm");
  std::string bytes = read_file(source);
  TokenizerParts parts = side_parts(bytes, source, vocabulary, path, config);
  parts.files = {{"vocab.json", read_file(path)}, {"source.spm", std::move(bytes)}};
  if (file_exists(target)) {
    bytes = read_file(target);
    parts.target = std::make_shared<Tokenizer>(side_parts(bytes, target, vocabulary, path, config), target);
    parts.files.emplace_back("target.spm", std::move(bytes));
  }
  return parts;
}

}  // namespace hodhod::text
