// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/sentencepiece_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <iterator>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/formats/fairseq.h"
#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/models/raw_words.h"
#include "hodhod/text/models/sentencepiece_bpe.h"
#include "hodhod/text/models/unigram_model.h"
#include "hodhod/text/normalizers/charsmap.h"
#include "hodhod/text/normalizers/sentencepiece_normalizer.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/unicode/metaspace.h"

namespace hodhod::text {
namespace {

using Proto = SentencePieceProto;
using PieceType = Proto::PieceType;

constexpr float kPenaltyOfUnknown = 10;

// Float arithmetic throughout, since the sums decide near ties.
ModelPtr make_unigram_model(const Proto& proto, std::shared_ptr<const RawWords> raw_words,
                            const std::string& name) {
  std::vector<std::pair<std::string, double>> pieces;
  UnigramOptions options;
  options.byte_fallback = proto.byte_fallback;
  options.sentences = true;
  options.raw_words = std::move(raw_words);
  float lowest = FLT_MAX, highest = FLT_MIN;
  for (const auto& piece : proto.pieces) {
    if (piece.type != PieceType::normal) continue;
    lowest = std::min(lowest, piece.score);
    highest = std::max(highest, piece.score);
  }
  for (const auto& piece : proto.pieces) {
    pieces.emplace_back(piece.text, piece.score);
    options.used.push_back(piece.type == PieceType::normal || piece.type == PieceType::user_defined);
    // User-defined pieces win over all other pieces for the same text.
    options.used_scores.push_back(piece.type == PieceType::user_defined
                                      ? static_cast<double>(static_cast<float>(piece.text.size()) * highest) -
                                            0.1
                                      : static_cast<double>(piece.score));
  }
  if (lowest == FLT_MAX) lowest = 0;
  options.unknown_score = lowest - kPenaltyOfUnknown;
  return std::make_unique<UnigramModel>(std::move(pieces), proto.unknown_piece(), std::move(options), name);
}

ModelPtr make_bpe_model(const Proto& proto, const std::vector<ScoredPiece>& pieces,
                        std::shared_ptr<const RawWords> raw_words, const std::string& name) {
  return std::make_unique<SentencePieceBpe>(pieces, proto.unknown_piece(), proto.byte_fallback,
                                            std::move(raw_words), name);
}

ModelPtr make_model(const Proto& proto, std::shared_ptr<const RawWords> raw_words, const std::string& name) {
  switch (proto.model_type) {
    case Proto::ModelType::unigram:
      return make_unigram_model(proto, std::move(raw_words), name);
    case Proto::ModelType::bpe:
      return make_bpe_model(proto, proto.pieces, std::move(raw_words), name);
    case Proto::ModelType::character: {
      // Characters are pieces that are never joined.
      std::vector<ScoredPiece> characters = proto.pieces;
      for (ScoredPiece& piece : characters) piece.score = 0;
      return make_bpe_model(proto, characters, std::move(raw_words), name);
    }
    case Proto::ModelType::word:
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

// T5's <extra_id_0> … are behind the pieces, the last one first.
void add_sentinels(TokenizerParts& parts, int32_t count) {
  const int32_t pieces = parts.model->vocab_size();
  for (int32_t i = 0; i < count; ++i) {
    parts.added_tokens.push_back({.content = fmt::format("<extra_id_{}>", i),
                                  .id = pieces + count - 1 - i,
                                  .normalized = false,
                                  .special = true});
  }
}

// Unlike SentencePiece, Transformers finds these tokens in texts.
void look_for_special_tokens(TokenizerParts& parts, const TokenizerConfig& config) {
  const std::string names[] = {config.role("bos_token", "<s>"), config.role("eos_token", "</s>"),
                               config.role("unk_token", "<unk>")};
  for (AddedToken& token : parts.added_tokens) {
    if (std::find(std::begin(names), std::end(names), token.content) == std::end(names)) continue;
    token.special = token.in_text = true;
  }
}

// The tokens that a class of Transformers puts around texts, and its other additions to SentencePiece.
void heed_class(TokenizerParts& parts, const TokenizerConfig& config, const std::string& name) {
  switch (config.family()) {
    case TokenizerFamily::llama:
      look_for_special_tokens(parts, config);
      return put_llama_tokens(parts, config, /*bos=*/true, /*eos=*/false);
    case TokenizerFamily::t5:
      look_for_special_tokens(parts, config);
      add_sentinels(parts, static_cast<int32_t>(config.number("extra_ids", 100)));
      return put_around(parts, "", config.role("eos_token", "</s>"), config.path());
    case TokenizerFamily::xlm_roberta:
    case TokenizerFamily::mbart:
    case TokenizerFamily::mbart50:
      return add_fairseq_tokens(parts, config);
    case TokenizerFamily::nllb:
    case TokenizerFamily::m2m100:
    case TokenizerFamily::renumbered:
      fail(
          "{}: the tokens of {} have other numbers than the pieces of this file; save the tokenizer with a "
          "tokenizer.json (save_pretrained of Transformers' AutoTokenizer) and give that",
          name, config.names_class() ? config.tokenizer_class() : "this kind of model");
    default:
      return put_llama_tokens(parts, config, /*bos=*/false, /*eos=*/false);
  }
}

SentencePieceNormalizerOptions normalizer_options(const Proto& proto, const std::string& name) {
  SentencePieceNormalizerOptions options;
  if (!proto.normalizer.precompiled_charsmap.empty()) {
    options.charsmap = std::make_shared<const Charsmap>(proto.normalizer.precompiled_charsmap, name);
  }
  options.add_dummy_prefix = proto.normalizer.add_dummy_prefix;
  options.remove_extra_whitespaces = proto.normalizer.remove_extra_whitespaces;
  options.escape_whitespaces = proto.normalizer.escape_whitespaces;
  options.treat_whitespace_as_suffix = proto.treat_whitespace_as_suffix;
  for (const auto& piece : proto.pieces) {
    if (piece.type == PieceType::user_defined) options.user_defined.push_back(piece.text);
  }
  return options;
}

}  // namespace

TokenizerParts parts_of_proto(const Proto& proto, const std::string& name, const TokenizerConfig& config) {
  SentencePieceNormalizerOptions options = normalizer_options(proto, name);
  options.add_dummy_prefix = options.add_dummy_prefix && config.flag("add_prefix_space", true);
  TokenizerParts parts;
  std::shared_ptr<const RawWords> raw_words;
  const bool may_be_new = config.family() == TokenizerFamily::llama || config.family() == TokenizerFamily::t5;
  if (may_be_new && !config.flag("legacy", true) && options.add_dummy_prefix) {
    // The space before a text is added at its beginning only, not after special tokens within it.
    options.add_dummy_prefix = options.escape_whitespaces = false;
    parts.pre_tokenizer = make_metaspace({.prepend_scheme = PrependScheme::first, .split = false});
  } else {
    raw_words = RawWords::make(options);
  }
  for (size_t id = 0; id < proto.pieces.size(); ++id) {
    const auto& piece = proto.pieces[id];
    if (piece.type == PieceType::user_defined || piece.type == PieceType::control ||
        piece.type == PieceType::unknown) {
      AddedToken token;
      token.content = piece.text;
      token.id = static_cast<int32_t>(id);
      token.normalized = false;
      token.special = piece.type == PieceType::control;
      token.in_text = false;
      parts.added_tokens.push_back(std::move(token));
    }
  }
  parts.normalizer = make_sentencepiece_normalizer(std::move(options));
  parts.model = make_model(proto, std::move(raw_words), name);
  parts.decoder = make_decoder(proto);
  return parts;
}

TokenizerParts sentencepiece_parts(std::string_view bytes, const std::string& name,
                                   const TokenizerConfig& config) {
  Proto proto = Proto::parse(bytes, name);
  if (is_fairseq(config.family())) proto = with_fairseq_numbers(std::move(proto), name);
  TokenizerParts parts = parts_of_proto(proto, name, config);
  heed_class(parts, config, name);
  return parts;
}

Tokenizer sentencepiece_from_bytes(std::string_view bytes, const std::string& name) {
  return Tokenizer(sentencepiece_parts(bytes, name), name);
}

}  // namespace hodhod::text
