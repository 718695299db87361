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

// The parts of a tokenizer.
struct TokenizerParts {
  NormalizerPtr normalizer;
  PreTokenizerPtr pre_tokenizer;
  ModelPtr model;
  PostProcessorPtr post_processor;
  DecoderPtr decoder;
  std::vector<AddedToken> added_tokens;  // id −1: the model's id, or the next free one
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
  // The roles of tokens, as in special_tokens_map.json: ("eos_token", "</s>"). For other roles, common
  // spellings are recognised.
  std::vector<std::pair<std::string, std::string>> roles;
  // decode removes the spaces before . , ! ? and within English contractions, as Transformers does if
  // clean_up_tokenization_spaces is set.
  bool cleans_up = false;
  Json settings = Json::object();  // members of tokenizer_config.json that save writes again
  // For translators that split their two languages differently, with the same ids: the target's tokenizer.
  std::shared_ptr<const Tokenizer> target;
  // (name, bytes) of files that hold more than a tokenizer.json can: save writes these instead.
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> warnings;  // about settings of the files that are not used, one sentence each
};

// Const members may be called from several threads at once.
class Tokenizer {
 public:
  // Error, which begins with `where`, if the parts do not fit together.
  explicit Tokenizer(TokenizerParts parts, const std::string& where = "tokenizer");
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Reads a file or a directory: tokenizer.json, SentencePiece .model, vocab.json/encoder.json +
  // merges.txt/vocab.bpe, vocab.txt, Marian's source.spm + vocab.json, subword-nmt codes. A directory's
  // tokenizer_config.json, special_tokens_map.json and added_tokens.json are used as in Transformers;
  // settings that are not used are in warnings().
  static Tokenizer load(const std::string& path);
  static Tokenizer from_json(std::string_view json, const std::string& name);
  std::string to_json() const;
  // Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json into a directory, which is
  // created if absent, so that AutoTokenizer gives the same ids. `longest`: the most tokens that the model
  // takes, if known.
  void save(const std::string& directory, std::optional<int64_t> longest = {}) const;

  Encoding encode(std::string_view text, EncodeOptions options = {}) const;
  Encoding encode_pair(std::string_view first, std::string_view second, EncodeOptions options = {}) const;
  // Encodes in parallel; each result is what the text gives alone, except for padding to the longest.
  std::vector<Encoding> encode_batch(const std::vector<std::string_view>& texts,
                                     EncodeOptions options = {}) const;
  // Only the ids of one text, without offsets, truncation or padding: the fast way.
  std::vector<int32_t> encode_ids(std::string_view text, bool add_special_tokens = false) const;
  // The special tokens that add_special_tokens puts around a text.
  Frame frame() const;
  // Appends the ids; no special tokens except those in the text. Appends to `unknown`, if given, what each
  // unknown token (role unk_token) stands for, normalised and in readable form.
  void encode_ids(std::string_view text, std::vector<int32_t>& out,
                  std::vector<std::string>* unknown = nullptr) const;

  std::string decode(const std::vector<int32_t>& ids, bool skip_special_tokens = true) const;

  // Whether some texts are changed before they are split: letters, white space or case normalised.
  bool normalizes() const { return parts_.normalizer != nullptr; }
  // The normalised text in readable form: spaces are spaces, and one that the tokenizer puts before the text
  // is removed.
  std::string normalized(std::string_view text) const;

  // Calls visit for the pieces that the model would get, in order; `bytes` as in SplitText. For trainers.
  void for_each_piece(std::string_view text,
                      const std::function<void(std::string_view piece, bool bytes)>& visit) const;

  // The highest id of the model's tokens and added tokens, plus 1.
  int32_t vocab_size() const;
  std::optional<int32_t> token_to_id(std::string_view token) const;
  std::string_view id_to_token(int32_t id) const;
  // A token in readable form: byte-level tokens as the text they stand for, with bytes that are not a whole
  // character as ⟨D9⟩.
  std::string readable_token(int32_t id) const;
  bool is_special(int32_t id) const;
  // The token with a role (kTokenRoles).
  std::optional<int32_t> role(std::string_view name) const;

  // Whether tokens are spelt in GPT-2's byte alphabet.
  bool is_byte_level() const { return bytes_; }
  const TokenizerModel& model() const { return *parts_.model; }
  const TokenizerParts& parts() const { return parts_; }
  const AddedTokens& added_tokens() const { return added_; }
  const std::vector<std::string>& warnings() const { return parts_.warnings; }
  // The tokenizer of a translator's output: another one, or this.
  const Tokenizer& target() const { return parts_.target ? *parts_.target : *this; }
  void set_role(std::string_view name, std::string_view token);
  // Sets a member of the tokenizer_config.json that save writes.
  void set_setting(std::string_view key, Json value) { parts_.settings[key] = std::move(value); }
  void set_truncation(const std::optional<Truncation>& truncation) { parts_.truncation = truncation; }
  void set_padding(const std::optional<Padding>& padding) { parts_.padding = padding; }
  void set_post_processor(PostProcessorPtr post_processor) {
    parts_.post_processor = std::move(post_processor);
  }
  void set_model(ModelPtr model, std::vector<AddedToken> added_tokens);

 private:
  struct Work;      // buffers for encoding one text, reused
  struct WorkPool;  // the unused ones
  class Borrowed;

  std::vector<AddedToken> number_added_tokens(std::vector<AddedToken> tokens, const std::string& where) const;
  Encoding encode_one(std::string_view text, int32_t sequence, Work& work, uint64_t seed) const;
  // Calls visit(split) for the parts of the text between added tokens in the raw text, normalised and split;
  // an added token is passed as a split with one piece.
  template <class Visit>
  void for_each_split(std::string_view text, bool track, Visit&& visit) const;
  void cut_added(SplitText& split) const;
  Encoding finish(std::vector<Encoding> encodings, const std::vector<std::string_view>& texts,
                  bool add_special_tokens) const;

  TokenizerParts parts_;
  AddedTokens added_;
  bool bytes_ = false;    // tokens are spelt in the byte alphabet
  int32_t unknown_ = -1;  // role("unk_token")
  std::unique_ptr<WorkPool> pool_;
};

}  // namespace hodhod::text
