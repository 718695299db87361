// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/marian.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/text/formats/sentencepiece_model.h"
#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/formats/vocabularies.h"

namespace hodhod::text {
namespace {

using SourcePiece = SentencePieceProto::Piece;
using PieceType = SentencePieceProto::PieceType;

// So low that no text is split into pieces of the other language if there is another way.
constexpr float kForeignScore = -1e5F;

// >>fra<< at the beginning of a text tells the language to translate into.
bool is_language(std::string_view token) {
  return token.size() > 4 && token.starts_with(">>") && token.ends_with("<<");
}

// The pieces of source.spm in the order of vocab.json; tokens that are only in vocab.json are never found in
// a text.
std::vector<SourcePiece> renumbered(const SentencePieceProto& proto, const std::string& unknown,
                                    const std::vector<std::pair<std::string, int64_t>>& vocabulary,
                                    const std::string& path) {
  std::unordered_map<std::string_view, const SourcePiece*> known;
  for (const SourcePiece& piece : proto.pieces) known.emplace(piece.text, &piece);
  std::vector<SourcePiece> pieces(vocabulary.size());
  for (const auto& [token, id] : vocabulary) {
    check(id >= 0 && id < static_cast<int64_t>(pieces.size()), "{}: the id {} of \"{}\" is not from 0 to {}",
          path, id, token.substr(0, 60), pieces.size() - 1);
    SourcePiece& piece = pieces[static_cast<size_t>(id)];
    check(piece.text.empty() && !token.empty(), "{}: the id {} occurs twice, or its token is empty", path,
          id);
    const auto found = known.find(token);
    const bool normal = found != known.end() && found->second->type == PieceType::normal;
    piece = normal ? *found->second : SourcePiece{token, kForeignScore, PieceType::unused};
    if (token == unknown) piece.type = PieceType::unknown;
  }
  return pieces;
}

using NumberedTokens = std::vector<std::pair<std::string, int64_t>>;

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
  SentencePieceProto proto = SentencePieceProto::parse(bytes, spm);
  const std::string unknown = config.role("unk_token", "<unk>"), end = config.role("eos_token", "</s>");
  std::unordered_set<std::string_view> known;
  for (const auto& [token, id] : vocabulary) known.insert(token);
  check(known.contains(unknown) && known.contains(end), "{}: the tokens {} and {} are missing", path, unknown,
        end);
  const auto lost = std::count_if(proto.pieces.begin(), proto.pieces.end(), [&](const SourcePiece& piece) {
    return piece.type == PieceType::normal && !known.contains(piece.text);
  });
  proto.pieces = renumbered(proto, unknown, vocabulary, path);
  TokenizerParts parts = parts_of_proto(proto, spm, config);
  if (lost > 0) {
    parts.warnings.push_back(
        fmt::format("{}: {} pieces of {} are missing; text is split without them", path, lost, spm));
  }
  add_marian_tokens(parts, vocabulary, config);
  put_around(parts, "", end, path);
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
