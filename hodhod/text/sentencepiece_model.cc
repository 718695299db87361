// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/sentencepiece_model.h"

#include <algorithm>
#include <cfloat>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/text/charsmap.h"
#include "hodhod/text/raw_words.h"
#include "hodhod/text/sentencepiece_bpe.h"
#include "hodhod/text/sentencepiece_normalizer.h"
#include "hodhod/text/sentencepiece_proto.h"
#include "hodhod/text/unigram_model.h"
#include "hodhod/text/utf8.h"

namespace hodhod::text {
namespace {

using Proto = SentencePieceProto;
using PieceType = Proto::PieceType;

constexpr float kUnknownPenalty = 10;

// Float arithmetic throughout, as the sums decide near ties.
ModelPtr make_unigram_model(const Proto& proto, std::shared_ptr<const RawWords> raw_words,
                            const std::string& name) {
  std::vector<std::pair<std::string, double>> pieces;
  UnigramOptions options;
  options.byte_fallback = proto.byte_fallback;
  options.sentences = true;
  options.raw_words = std::move(raw_words);
  float lowest = FLT_MAX, highest = FLT_MIN;
  for (const auto& piece : proto.pieces) {
    if (piece.type != PieceType::kNormal) continue;
    lowest = std::min(lowest, piece.score);
    highest = std::max(highest, piece.score);
  }
  for (const auto& piece : proto.pieces) {
    pieces.emplace_back(piece.text, piece.score);
    options.used.push_back(piece.type == PieceType::kNormal || piece.type == PieceType::kUserDefined);
    // User-defined pieces win over whatever else covers the same text.
    options.used_scores.push_back(piece.type == PieceType::kUserDefined
                                      ? static_cast<double>(static_cast<float>(piece.text.size()) * highest) -
                                            0.1
                                      : static_cast<double>(piece.score));
  }
  if (lowest == FLT_MAX) lowest = 0;
  options.unknown_score = lowest - kUnknownPenalty;
  return std::make_unique<UnigramModel>(std::move(pieces), proto.unknown_piece(), std::move(options), name);
}

ModelPtr make_model(const Proto& proto, std::shared_ptr<const RawWords> raw_words, const std::string& name) {
  switch (proto.model_type) {
    case Proto::ModelType::kUnigram:
      return make_unigram_model(proto, std::move(raw_words), name);
    case Proto::ModelType::kBpe:
      return std::make_unique<SentencePieceBpe>(proto, std::move(raw_words), name);
    case Proto::ModelType::kChar: {
      // Characters are pieces that nothing joins.
      Proto characters = proto;
      for (auto& piece : characters.pieces) piece.score = 0;
      return std::make_unique<SentencePieceBpe>(characters, std::move(raw_words), name);
    }
    case Proto::ModelType::kWord:
      break;
  }
  fail(
      "{}: is a word model of SentencePiece, which is not read; train one with `hodhod tokenize train "
      "--model word`",
      name);
}

DecoderPtr make_decoder(const Proto& proto) {
  std::vector<DecoderPtr> parts;
  const std::string& unknown = proto.pieces[static_cast<size_t>(proto.unknown_piece())].text;
  parts.push_back(make_replace_decoder(unknown, proto.unk_surface));
  if (proto.byte_fallback) parts.push_back(make_byte_fallback_decoder());
  parts.push_back(make_replace_decoder(std::string(kMetaspace), " "));
  parts.push_back(make_fuse_decoder());
  const bool strips = proto.normalizer.add_dummy_prefix || proto.normalizer.remove_extra_whitespaces;
  if (strips && !proto.treat_whitespace_as_suffix) parts.push_back(make_strip_decoder(" ", 1, 0));
  if (strips && proto.treat_whitespace_as_suffix) parts.push_back(make_strip_decoder(" ", 0, 1));
  return make_decoder_sequence(std::move(parts));
}

}  // namespace

Tokenizer sentencepiece_from_bytes(std::string_view bytes, const std::string& name) {
  const Proto proto = Proto::parse(bytes, name);
  SentencePieceNormalizerOptions options;
  if (!proto.normalizer.precompiled_charsmap.empty()) {
    options.charsmap = std::make_shared<const Charsmap>(proto.normalizer.precompiled_charsmap, name);
  }
  options.add_dummy_prefix = proto.normalizer.add_dummy_prefix;
  options.remove_extra_whitespaces = proto.normalizer.remove_extra_whitespaces;
  options.escape_whitespaces = proto.normalizer.escape_whitespaces;
  options.treat_whitespace_as_suffix = proto.treat_whitespace_as_suffix;
  TokenizerParts parts;
  for (size_t id = 0; id < proto.pieces.size(); ++id) {
    const auto& piece = proto.pieces[id];
    if (piece.type == PieceType::kUserDefined) options.user_defined.push_back(piece.text);
    if (piece.type == PieceType::kUserDefined || piece.type == PieceType::kControl ||
        piece.type == PieceType::kUnknown) {
      AddedToken token;
      token.content = piece.text;
      token.id = static_cast<int32_t>(id);
      token.normalized = false;
      token.special = piece.type == PieceType::kControl;
      token.in_text = false;
      parts.added_tokens.push_back(std::move(token));
    }
  }
  std::shared_ptr<const RawWords> raw_words = RawWords::make(options);
  parts.normalizer = make_sentencepiece_normalizer(std::move(options));
  parts.model = make_model(proto, std::move(raw_words), name);
  parts.decoder = make_decoder(proto);
  return Tokenizer(std::move(parts), name);
}

Tokenizer load_sentencepiece(const std::string& path) {
  return sentencepiece_from_bytes(read_file(path), path);
}

}  // namespace hodhod::text
