// SPDX-License-Identifier: Apache-2.0
// Encoder inputs: token ids with special tokens around each text, in batches of similar lengths.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/models/encoder.h"
#include "hodhod/models/model_config.h"
#include "hodhod/tasks/words.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

// One text, or two that belong together.
using Texts = std::vector<std::string>;

struct EncodedText {
  std::vector<int64_t> ids, types;  // same length; types mark the second of two texts
  int64_t tokens = 0;               // of the whole text; more than ids if it was truncated
  // The values of features, as many as ids, if the model reads features: `ids` are theirs, and `tokens` is
  // the number of words.
  std::vector<float> values = {};

  int64_t length() const { return static_cast<int64_t>(ids.size()); }
};

// What happens to most texts that are longer than the model takes.
inline constexpr std::string_view kCutOff = "the rest of them is not read";

// Counts texts with more tokens than the limit.
class LongTexts {
 public:
  explicit LongTexts(int64_t limit) : limit_(limit) {}
  void add(int64_t tokens);
  int64_t count() const { return count_; }
  // "2 of 40 texts are longer than the 512 tokens that the model takes (the longest has 900): FATE"; empty if
  // there are none.
  std::vector<std::string> notes(std::string_view fate) const;

 private:
  int64_t limit_, texts_ = 0, count_ = 0, longest_ = 0;
};

// The special tokens that the tokenizer puts around a text.
struct Frame {
  std::vector<int64_t> before, after;

  int64_t size() const { return static_cast<int64_t>(before.size() + after.size()); }
};
Frame frame_of(const text::Tokenizer& tokenizer);
// What stands around a source: the tokenizer's frame, and an end of sequence if that has none (`end` < 0:
// there is none). A template that puts nothing around texts stays as it is.
Frame source_frame(const text::Tokenizer& tokenizer, int64_t end);
// Around a target: the same with an end in any case. A first token that decoding forces stands in place of
// the tokenizer's frame; where the decoder begins with the token of a language, only the end is left of it.
Frame target_frame(const text::Tokenizer& tokenizer, int64_t end, int64_t decoder_start, int64_t forced_bos);

// One side of a sequence-to-sequence model: a text behind `prefix`, within these tokens. May be called from
// several threads at once.
class SideEncoder {
 public:
  SideEncoder(const text::Tokenizer& tokenizer, Frame frame, std::string prefix = {})
      : tokenizer_(tokenizer), frame_(std::move(frame)), prefix_(std::move(prefix)) {}

  // At most `longest` tokens, for which the text's own are cut.
  std::vector<int64_t> operator()(std::string_view text, int64_t longest = INT64_MAX) const;
  // Whether a text has tokens of its own.
  bool has_tokens(std::string_view text) const { return !tokenizer_.encode_ids(text).empty(); }

 private:
  const text::Tokenizer& tokenizer_;
  Frame frame_;
  std::string prefix_;
};

// Encodes texts in parallel, each as it would be alone. A text without tokens becomes an end of text. Error
// for more than two texts in one example.
std::vector<EncodedText> encode_texts(const text::Tokenizer& tokenizer, std::span<const Texts> texts);
// As the model reads them: its features of the tokenizer's words, if it has some, or the tokenizer's tokens.
// Error for pairs of texts if it has features. `words` are those of each text, if they are known already.
std::vector<EncodedText> encode_texts(const ModelConfig& config, const text::Tokenizer& tokenizer,
                                      std::span<const Texts> texts, std::span<const WordList> words = {});

std::vector<int64_t> lengths_of(std::span<const EncodedText> texts);

// A batch of some rows of `texts`, padded with `pad`.
TokenBatch batch_of(std::span<const EncodedText> texts, std::span<const int64_t> rows, int64_t pad);
// A batch of all texts.
TokenBatch batch_of(std::span<const EncodedText> texts, int64_t pad);

// Groups all examples by similar length. A batch has at most `max_tokens` tokens with padding, or one
// example.
std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths, int64_t max_tokens);

}  // namespace hodhod
