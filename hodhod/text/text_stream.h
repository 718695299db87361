// SPDX-License-Identifier: Apache-2.0
// Text from tokens that come one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// The text of a token depends only on a few tokens before it: pieces of words, bytes of one character. Only
// these are decoded again with each new token, so a token costs the same however many came before it. The
// concatenated output is what the tokenizer's decode() makes of these tokens after `before`. Special tokens
// give no text.
class TextStream {
 public:
  // `before`: the tokens before the first one. The tokenizer must outlive the stream.
  TextStream(const Tokenizer& tokenizer, std::span<const int64_t> before);

  // The text that these tokens add, in whole characters.
  std::string add(std::span<const int64_t> tokens);
  std::string add(int64_t token) { return add(std::span(&token, 1)); }
  // The bytes of a character that was not finished; call it when there are no more tokens.
  std::string finish();

 private:
  std::string decoded() const;
  void shorten();

  const Tokenizer& tokenizer_;
  std::vector<int32_t> window_;  // the last tokens, except special ones that are no unknown words before
  std::string text_;             // their text
  size_t shown_ = 0;             // bytes of it that were returned
};

}  // namespace hodhod::text
