// SPDX-License-Identifier: Apache-2.0
// Text ↔ ids: Hugging Face's tokenizer.json pipeline.
//
//   text → added tokens → normaliser → pre-tokeniser → model → truncation → post-processor → padding →
//   Encoding ids  → tokens → decoder → text
//
// Text that is not UTF-8: a byte that is not part of a well-formed character is a character of its own.
// Normalisers and pre-tokenisers keep it (as neither letter, digit, blank nor punctuation); byte-level and
// byte-fallback models encode the byte, so that decode(encode(x)) = x; other models give their unknown token.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/added_tokens.h"
#include "hodhod/text/decoder.h"
#include "hodhod/text/encoding.h"
#include "hodhod/text/model.h"
#include "hodhod/text/normalizer.h"
#include "hodhod/text/post_processor.h"
#include "hodhod/text/pre_tokenizer.h"

namespace hodhod::text {

enum class Side { kLeft, kRight };
enum class TruncationStrategy { kLongestFirst, kOnlyFirst, kOnlySecond };

struct Truncation {
  int64_t max_length = 512;
  int64_t stride = 0;  // tokens that neighbours in `overflow` share
  TruncationStrategy strategy = TruncationStrategy::kLongestFirst;
  Side side = Side::kRight;  // which end is cut off
};

struct Padding {
  int64_t length = 0;  // 0: to the longest of the batch
  int64_t multiple_of = 0;
  Side side = Side::kRight;
  int32_t id = 0;
  int32_t type_id = 0;
  std::string token = "[PAD]";
};

struct EncodeOptions {
  bool add_special_tokens = true;
  uint64_t seed = 0;  // for BPE dropout and sampling
};

// The parts, to build one from.
struct TokenizerParts {
  NormalizerPtr normalizer;
  PreTokenizerPtr pre_tokenizer;
  ModelPtr model;
  PostProcessorPtr post_processor;
  DecoderPtr decoder;
  std::vector<AddedToken> added_tokens;  // id −1: the model's, or the next free one
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
};

// Const members may be called from several threads at once.
class Tokenizer {
 public:
  // `where` opens the messages of refusals (parts that do not fit together).
  explicit Tokenizer(TokenizerParts parts, const std::string& where = "tokenizer");
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Reads a file or a directory: tokenizer.json, SentencePiece .model, vocab.json/encoder.json +
  // merges.txt/vocab.bpe, vocab.txt, subword-nmt codes; a directory's tokenizer_config.json and
  // special_tokens_map.json are heeded.
  static Tokenizer load(const std::string& path);
  static Tokenizer from_json(std::string_view json, const std::string& name);
  std::string to_json() const;
  // Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json into a directory, made if
  // absent.
  void save(const std::string& directory) const;

  Encoding encode(std::string_view text, EncodeOptions options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second, EncodeOptions options = {}) const;
  // In parallel; each as it would be alone, but for padding to the longest.
  std::vector<Encoding> encode_batch(const std::vector<std::string_view>& texts,
                                     EncodeOptions options = {}) const;
  // Ids alone, of one text, with neither offsets, truncation nor padding: the fast way.
  std::vector<int32_t> encode_ids(std::string_view text, bool add_special_tokens = false) const;
  void encode_ids(std::string_view text, std::vector<int32_t>& out) const;  // appends; no special tokens

  std::string decode(const std::vector<int32_t>& ids, bool skip_special_tokens = true) const;

  // Pieces as the model would get them, in order; `bytes` as in SplitText. For trainers.
  void for_each_piece(std::string_view text,
                      const std::function<void(std::string_view piece, bool bytes)>& visit) const;

  // Model's tokens and added ones: highest id + 1.
  int32_t vocab_size() const;
  std::optional<int32_t> token_to_id(std::string_view token) const;
  std::string_view id_to_token(int32_t id) const;
  // For people: byte-level tokens as the text they stand for, with bytes that are not a whole character as
  // ⟨D9⟩.
  std::string readable_token(int32_t id) const;
  bool is_special(int32_t id) const;
  // The id of the first of these that is a token ("<pad>", "[PAD]", …).
  std::optional<int32_t> first_of(const std::vector<std::string_view>& tokens) const;

  const TokenizerModel& model() const { return *parts_.model; }
  const TokenizerParts& parts() const { return parts_; }
  const AddedTokens& added_tokens() const { return added_; }
  void set_truncation(std::optional<Truncation> truncation) { parts_.truncation = truncation; }
  void set_padding(std::optional<Padding> padding) { parts_.padding = padding; }
  void set_model(ModelPtr model, std::vector<AddedToken> added_tokens);

 private:
  struct Work;      // what encoding one text needs, reused
  struct WorkPool;  // free ones
  class Borrowed;

  TokenizerParts parts_;
  AddedTokens added_;
  std::unique_ptr<WorkPool> pool_;
};

// Reads and writes of the other formats (the parts of Tokenizer::load).
Tokenizer load_gpt2_files(const std::string& vocab_path, const std::string& merges_path);
Tokenizer load_bert_vocab(const std::string& path, bool lowercase = true);
Tokenizer load_subword_nmt(const std::string& codes_path);
Tokenizer load_sentencepiece(const std::string& path);

}  // namespace hodhod::text
