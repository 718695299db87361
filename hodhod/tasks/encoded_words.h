// SPDX-License-Identifier: Apache-2.0
// Sentences of words as an encoder reads them: the tokens of each word, where each begins, and its letters if
// the model reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/letters.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod {

using Words = std::vector<std::string>;

// A sentence, or a piece of one.
struct EncodedWords {
  EncodedText text;
  std::vector<int64_t> first = {};     // position of each word's first token
  std::vector<Spelling> letters = {};  // of each word; empty if the model does not read them
};

// Letters as models read them, whatever the tokenizer does: composed, and Persian ones as Persian writes
// them. Upper and lower case stay.
class LetterForm {
 public:
  LetterForm();
  std::string operator()(std::string_view word) const;

 private:
  text::NormalizerPtr normalizer_;
};

// Keeps a reference to the model. May be called from several threads at once.
class WordEncoder {
 public:
  explicit WordEncoder(const TextModel& model);

  // The sentence in pieces within the model's limit of length, each framed by special tokens.
  std::vector<EncodedWords> operator()(const Words& sentence) const;
  // The number of tokens around each piece.
  int64_t frame_size() const { return frame_.size(); }

 private:
  std::vector<int64_t> tokens_of(const std::string& word) const;

  const TextModel& model_;
  Frame frame_;
  std::optional<Alphabet> alphabet_;
  LetterForm form_;
};

// A batch of these pieces, padded with `pad`.
TokenBatch batch_of(std::span<const EncodedWords* const> pieces, int64_t pad);

}  // namespace hodhod
