// SPDX-License-Identifier: Apache-2.0
// Text ↔ ids: Hugging Face's tokenizer.json pipeline.
//
//   text → added tokens → normaliser → pre-tokeniser → model → truncation → post-processor → padding → Encoding
//   ids → tokens → decoder → text
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
#include <utility>
#include <vector>

#include "hodhod/text/added_tokens.h"
#include "hodhod/text/after/decoder.h"
#include "hodhod/text/after/post_processor.h"
#include "hodhod/text/after/truncation.h"
#include "hodhod/text/encoding.h"
#include "hodhod/text/models/model.h"
#include "hodhod/text/normalizers/normalizer.h"
#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

namespace hodhod::text {

class Tokenizer;

struct EncodeOptions {
  bool add_special_tokens = true;
  uint64_t seed = 0;  // for BPE dropout and sampling
};

// The special tokens that a post-processor puts around a text.
struct Frame {
  std::vector<int32_t> before, after;
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
  // What tokens are for, as special_tokens_map.json says it: ("eos_token", "</s>"). Where it says nothing,
  // common spellings are recognised.
  std::vector<std::pair<std::string, std::string>> roles;
  // decode takes the blanks before . , ! ? and within English contractions out, as Transformers does where
  // clean_up_tokenization_spaces is set.
  bool cleans_up = false;
  Json settings = Json::object();  // members of tokenizer_config.json that save writes again
  // Of translators whose two languages are cut in different ways, with the same ids: the target's way.
  std::shared_ptr<const Tokenizer> target;
  // (name, bytes) of files that say more than a tokenizer.json can: save writes these instead.
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> warnings;  // sentences about what the files say and nothing here uses
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
  // merges.txt/vocab.bpe, vocab.txt, Marian's source.spm + vocab.json, subword-nmt codes. A directory's
  // tokenizer_config.json, special_tokens_map.json and added_tokens.json are heeded as Transformers does;
  // what they say and is not heeded is in warnings().
  static Tokenizer load(const std::string& path);
  static Tokenizer from_json(std::string_view json, const std::string& name);
  std::string to_json() const;
  // Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json into a directory, made if
  // absent, so that AutoTokenizer gives the same ids. `longest`: the most tokens that the model takes, if
  // known.
  void save(const std::string& directory, std::optional<int64_t> longest = {}) const;

  Encoding encode(std::string_view text, EncodeOptions options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second, EncodeOptions options = {}) const;
  // In parallel; each as it would be alone, but for padding to the longest.
  std::vector<Encoding> encode_batch(const std::vector<std::string_view>& texts,
                                     EncodeOptions options = {}) const;
  // Ids alone, of one text, with neither offsets, truncation nor padding: the fast way.
  std::vector<int32_t> encode_ids(std::string_view text, bool add_special_tokens = false) const;
  // What add_special_tokens puts around them.
  Frame frame() const;
  // Appends them; no special tokens but those in the text.
  void encode_ids(std::string_view text, std::vector<int32_t>& out) const;

  std::string decode(const std::vector<int32_t>& ids, bool skip_special_tokens = true) const;

  // Whether some texts are changed before they are cut: letters folded, blanks joined, case dropped.
  bool normalizes() const { return parts_.normalizer != nullptr; }
  // A text with those changes made, for people: blanks are blanks, without one that the tokenizer puts
  // before.
  std::string normalized(std::string_view text) const;

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
  // The token that plays a part (kTokenRoles).
  std::optional<int32_t> role(std::string_view name) const;

  // Whether tokens are spelt in GPT-2's byte alphabet.
  bool is_byte_level() const { return bytes_; }
  const TokenizerModel& model() const { return *parts_.model; }
  const TokenizerParts& parts() const { return parts_; }
  const AddedTokens& added_tokens() const { return added_; }
  const std::vector<std::string>& warnings() const { return parts_.warnings; }
  // The tokenizer of what a translator writes: another one, or this.
  const Tokenizer& target() const { return parts_.target ? *parts_.target : *this; }
  void set_role(std::string_view name, std::string_view token);
  // A member of tokenizer_config.json that save writes.
  void set_setting(std::string_view key, Json value) { parts_.settings[key] = std::move(value); }
  void set_truncation(const std::optional<Truncation>& truncation) { parts_.truncation = truncation; }
  void set_padding(const std::optional<Padding>& padding) { parts_.padding = padding; }
  void set_model(ModelPtr model, std::vector<AddedToken> added_tokens);

 private:
  struct Work;      // what encoding one text needs, reused
  struct WorkPool;  // those that nobody uses
  class Borrowed;

  std::vector<AddedToken> number_added_tokens(std::vector<AddedToken> tokens, const std::string& where) const;
  Encoding encode_one(std::string_view text, int32_t sequence, Work& work, uint64_t seed) const;
  // Calls visit(split) for the parts of the text between added tokens looked for in raw text, normalised and
  // cut; an added token comes as a split with one piece.
  template <class Visit>
  void for_each_split(std::string_view text, bool track, Visit&& visit) const;
  void cut_added(SplitText& split) const;
  Encoding finish(std::vector<Encoding> encodings, const std::vector<std::string_view>& texts,
                  bool add_special_tokens) const;

  TokenizerParts parts_;
  AddedTokens added_;
  bool bytes_ = false;  // tokens are spelt in the byte alphabet
  std::unique_ptr<WorkPool> pool_;
};

}  // namespace hodhod::text
