// SPDX-License-Identifier: Apache-2.0
// The words of texts, for models that read features instead of tokens (models/text_features.h): what the
// tokenizer's normaliser and pre-tokeniser make of a text, before its model cuts words into pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/tokenizer.h"

namespace hodhod {

// The words of one text. Where the tokenizer truncates, it has at most as many words, and lacks those at the
// side that is cut off.
class WordList {
 public:
  WordList() = default;
  WordList(const text::Tokenizer& tokenizer, std::string_view text);

  int64_t size() const { return static_cast<int64_t>(ends_.size()); }
  // The number of words before truncation.
  int64_t whole() const { return whole_; }
  std::vector<std::string_view> words() const;

 private:
  std::string letters_;         // the words, one after the other
  std::vector<uint32_t> ends_;  // of each word in letters_
  int64_t whole_ = 0;
};

}  // namespace hodhod
