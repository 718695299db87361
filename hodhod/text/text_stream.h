// SPDX-License-Identifier: Apache-2.0
// Text from tokens that come one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// What a token adds to a text depends on the few tokens before it: pieces of words, bytes of one character.
// So only these are decoded again with each new one, and a token costs the same however many came before it.
// All that is given out, put together, is what the tokenizer's decode() makes of the tokens in that place.
// Special tokens give no text.
class TextStream {
 public:
  // `before`: the tokens that stand before the first one. The tokenizer must outlive the stream.
  TextStream(const Tokenizer& tokenizer, std::span<const int64_t> before);

  // What the text grows by with these tokens: whole characters.
  std::string add(std::span<const int64_t> tokens);
  std::string add(int64_t token) { return add(std::span(&token, 1)); }
  // The bytes of a character that was begun and not finished; to be asked for when no more tokens come.
  std::string finish();

 private:
  void shorten();

  const Tokenizer& tokenizer_;
  std::vector<int32_t> window_;  // the last tokens but special ones
  std::string text_;             // theirs
  size_t shown_ = 0;             // bytes of it that were given out
};

}  // namespace hodhod::text
