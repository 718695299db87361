// SPDX-License-Identifier: Apache-2.0
// Any text: offsets stay within it, ids are the same by both ways, and byte fallback gives the bytes back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "hodhod/text/formats/sentencepiece_model.h"
#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/models/bpe.h"
#include "hodhod/text/models/word_piece.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/unicode/byte_tokens.h"

namespace {

using namespace hodhod::text;

Tokenizer make_sentencepiece(SentencePieceProto::ModelType type) {
  SentencePieceProto proto;
  using Type = SentencePieceProto::PieceType;
  proto.model_type = type;
  proto.byte_fallback = true;
  proto.pieces = {{"<unk>", 0, Type::unknown}, {"<s>", 0, Type::control}, {"</s>", 0, Type::control}};
  for (int byte = 0; byte < 256; ++byte) {
    proto.pieces.push_back({byte_token(static_cast<uint8_t>(byte)), 0, Type::byte});
  }
  float score = -1;
  for (const char* piece : {"\xE2\x96\x81", "a", "b", "ab", "aa", "aaa",
                            "\xE2\x96\x81"
                            "a",
                            "ba", "abab", "م", "ی", "می", "\xE2\x80\x8C", "می\xE2\x80\x8C"}) {
    proto.pieces.push_back({piece, score -= 0.5f, Type::normal});
  }
  proto.normalizer.remove_extra_whitespaces = false;
  return sentencepiece_from_bytes(proto.serialize(), "fuzz.model");
}

Tokenizer make_bert() {
  TokenizerParts parts;
  parts.normalizer = make_bert_normalizer();
  parts.pre_tokenizer = make_bert_pre_tokenizer();
  parts.model = make_word_piece({"[UNK]", "a", "##b", "ab", "##a", "م", "##ی"});
  parts.decoder = make_word_piece_decoder();
  return Tokenizer(std::move(parts));
}

void require(bool condition) {
  if (!condition) std::abort();
}

void try_text(const Tokenizer& tokenizer, std::string_view text, bool comes_back) {
  const Encoding encoding = tokenizer.encode(text);
  require(encoding.ids == tokenizer.encode_ids(text));
  for (const Range range : encoding.bytes) require(range.begin <= range.end && range.end <= text.size());
  const std::string back = tokenizer.decode(encoding.ids);
  if (comes_back && text.find("\xE2\x96\x81") == std::string_view::npos) require(back == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tokenizer bpe = make_sentencepiece(SentencePieceProto::ModelType::bpe);
  static const Tokenizer unigram = make_sentencepiece(SentencePieceProto::ModelType::unigram);
  static const Tokenizer bert = make_bert();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_text(bpe, text, true);
  try_text(unigram, text, true);
  try_text(bert, text, false);
  return 0;
}
