// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/encoded_words.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/text/normalizers/persian.h"

namespace hodhod {

LetterForm::LetterForm() : normalizer_(text::make_persian_normalizer()) {}

std::string LetterForm::operator()(std::string_view word) const {
  return text::normalize(*normalizer_, word);
}

WordEncoder::WordEncoder(const TextModel& model) : model_(model), frame_(frame_of(*model.tokenizer)) {
  if (const std::string* letters = model.config().alphabet()) alphabet_.emplace(*letters);
}

std::vector<int64_t> WordEncoder::tokens_of(const std::string& word) const {
  const text::Tokenizer& tokenizer = *model_.tokenizer;
  // In byte-level tokenizers, a word's first piece begins with a blank.
  const auto ids = tokenizer.encode_ids(tokenizer.is_byte_level() ? " " + word : word);
  if (ids.empty()) return {static_cast<int64_t>(tokenizer.role("unk_token").value_or(0))};
  return {ids.begin(), ids.end()};
}

std::vector<EncodedWords> WordEncoder::operator()(const Words& sentence) const {
  const int64_t limit = length_limit(model_), room = limit - frame_.size();
  check(room > 0, "a length of {} tokens has no room for a word; raise max_length", limit);
  std::vector<EncodedWords> pieces;
  int64_t used = 0;
  for (const std::string& word : sentence) {
    std::vector<int64_t> tokens = tokens_of(word);
    const auto whole = std::ssize(tokens);
    tokens.resize(std::min(tokens.size(), static_cast<size_t>(room)));
    if (pieces.empty() || used + std::ssize(tokens) > room) {
      pieces.push_back({.text = {.ids = frame_.before, .types = {}}});
      used = 0;
    }
    EncodedWords& piece = pieces.back();
    piece.first.push_back(piece.text.length());
    piece.text.ids.insert(piece.text.ids.end(), tokens.begin(), tokens.end());
    piece.text.tokens += whole;
    if (alphabet_) piece.letters.push_back(alphabet_->spell(form_(word)));
    used += std::ssize(tokens);
  }
  for (EncodedWords& piece : pieces) {
    piece.text.ids.insert(piece.text.ids.end(), frame_.after.begin(), frame_.after.end());
    piece.text.types.assign(piece.text.ids.size(), 0);
  }
  return pieces;
}

TokenBatch batch_of(std::span<const EncodedWords* const> pieces, int64_t pad) {
  std::vector<EncodedText> texts;
  std::vector<SpelledRow> rows;
  bool letters = false;
  for (const EncodedWords* piece : pieces) {
    texts.push_back(piece->text);
    rows.push_back({.places = piece->first, .spellings = piece->letters});
    letters = letters || !piece->letters.empty();
  }
  TokenBatch batch = batch_of(texts, pad);
  if (letters) batch.letters = letters_of_rows(rows, batch.ids.dim(1));
  return batch;
}

}  // namespace hodhod
