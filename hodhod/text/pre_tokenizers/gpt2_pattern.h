// SPDX-License-Identifier: Apache-2.0
// GPT-2's pattern, as a scanner.
#pragma once

#include <cstddef>
#include <string_view>

#include "hodhod/text/unicode/character_classes.h"

namespace hodhod::text {

// Splits text as the matches of
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// do; the matches cover all of it. Ill-formed bytes count as [^\s\p{L}\p{N}].
class Gpt2Scanner {
 public:
  // Where the piece that starts at `at` < text.size() ends.
  size_t next(std::string_view text, size_t at) const;

  static constexpr std::string_view kPattern =
      R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

 private:
  CharacterClasses classes_;
};

}  // namespace hodhod::text
