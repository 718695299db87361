// SPDX-License-Identifier: Apache-2.0
// Texts as an encoder takes them: ids with special tokens around, in batches of like lengths.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/transformer.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

// One text, or two that belong together.
using Texts = std::vector<std::string>;

struct EncodedText {
  std::vector<int64_t> ids, types;  // of one length; types tell the second of two texts from the first
  int64_t tokens = 0;               // of the whole text; more than there are ids where it was cut

  int64_t length() const { return static_cast<int64_t>(ids.size()); }
};

// What becomes of most texts that are longer than the model takes.
inline constexpr std::string_view kCutOff = "the rest of them is not read";

// A count of texts that have more tokens than may be read.
class LongTexts {
 public:
  explicit LongTexts(int64_t limit) : limit_(limit) {}
  void add(int64_t tokens);
  int64_t count() const { return count_; }
  // "2 of 40 texts are longer than the 512 tokens that the model takes (the longest has 900): FATE"; nothing
  // where none is.
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

// In parallel, each as it would be alone; a text without tokens is an end of text. Error for more than two
// texts.
std::vector<EncodedText> encode_texts(const text::Tokenizer& tokenizer, std::span<const Texts> texts);

std::vector<int64_t> lengths_of(std::span<const EncodedText> texts);

// Rows of `texts`, filled up with `pad`.
TokenBatch batch_of(std::span<const EncodedText> texts, std::span<const int64_t> rows, int64_t pad);
// All of them.
TokenBatch batch_of(std::span<const EncodedText> texts, int64_t pad);

// All examples once, those of like lengths together, in batches of at most `max_tokens` with padding (or one
// example).
std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths, int64_t max_tokens);

// Hides words in training, so that little data go further: in place of each token but the special ones, with
// a probability, [MASK] (or the unknown token where there is none). What is drawn for a token is a function
// of (seed, epoch, example, place) alone.
class WordDropout {
 public:
  WordDropout(double probability, uint64_t seed, const text::Tokenizer& tokenizer);
  void operator()(EncodedText& text, int64_t epoch, int64_t example) const;

 private:
  double probability_;
  Rng rng_;
  const text::Tokenizer& tokenizer_;
  int64_t replacement_;
};

}  // namespace hodhod
