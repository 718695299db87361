// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/numbered_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/text/formats/sentencepiece_model.h"
#include "hodhod/text/formats/sentencepiece_proto.h"

namespace hodhod::text {
namespace {

using SourcePiece = SentencePieceProto::Piece;
using PieceType = SentencePieceProto::PieceType;

// So low that no text is split into pieces of another language if there is another way.
constexpr float kForeignScore = -1e5F;

// The pieces of the model in the order of the vocabulary.
std::vector<SourcePiece> renumbered(const SentencePieceProto& proto, const std::string& unknown,
                                    const NumberedTokens& vocabulary, const std::string& path) {
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

}  // namespace

TokenizerParts numbered_parts(std::string_view bytes, const std::string& model,
                              const NumberedTokens& vocabulary, const std::string& path,
                              const TokenizerConfig& config) {
  SentencePieceProto proto = SentencePieceProto::parse(bytes, model);
  const std::string unknown = config.role("unk_token", "<unk>"), end = config.role("eos_token", "</s>");
  std::unordered_set<std::string_view> known;
  for (const auto& [token, id] : vocabulary) known.insert(token);
  check(known.contains(unknown) && known.contains(end), "{}: the tokens {} and {} are missing", path, unknown,
        end);
  const auto lost = std::count_if(proto.pieces.begin(), proto.pieces.end(), [&](const SourcePiece& piece) {
    return piece.type == PieceType::normal && !known.contains(piece.text);
  });
  proto.pieces = renumbered(proto, unknown, vocabulary, path);
  TokenizerParts parts = parts_of_proto(proto, model, config);
  if (lost > 0) {
    parts.warnings.push_back(
        fmt::format("{}: {} pieces of {} are missing; text is split without them", path, lost, model));
  }
  return parts;
}

}  // namespace hodhod::text
