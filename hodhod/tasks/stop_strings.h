// SPDX-License-Identifier: Apache-2.0
// Strings before which generated text ends, wherever its token boundaries are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/tokenizer.h"

namespace hodhod {

class StopStrings {
 public:
  // The tokenizer must outlive it.
  StopStrings(std::vector<std::string> texts, const text::Tokenizer& tokenizer)
      : texts_(std::move(texts)), tokenizer_(tokenizer) {}

  bool empty() const { return texts_.empty(); }
  // The position of the first stop string in a text, or npos.
  size_t find(std::string_view text) const;
  // How many bytes at the end of a text may begin a stop string.
  size_t begun(std::string_view text) const;
  // The text before the first stop string.
  std::string cut(std::string text) const;
  // Whether a stop string ends within the last token of a sequence whose last `generated` tokens are new.
  // Serves DecodeHooks::ends, which is called after each token.
  bool reached(std::span<const int64_t> sequence, int64_t generated) const;

 private:
  std::vector<std::string> texts_;
  const text::Tokenizer& tokenizer_;
};

}  // namespace hodhod
