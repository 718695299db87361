// SPDX-License-Identifier: Apache-2.0
// Detects Persian text. Languages that use the Arabic script are told apart by letters that only some of them
// have and by their most frequent words.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hodhod::text {

// none: no Arabic letters, or the language cannot be told.
enum class ArabicScriptLanguage { none, persian, arabic, urdu, kurdish, pashto };
constexpr std::array<std::string_view, 6> names_of(ArabicScriptLanguage) {
  return {"none", "Persian", "Arabic", "Urdu", "Kurdish", "Pashto"};
}

// The language of one line of text. Persian is recognised in any spelling, also with the Arabic ي and ك.
ArabicScriptLanguage language_of_line(std::string_view line);

// Counts the languages of a corpus's lines.
class LanguageCount {
 public:
  void add(std::string_view line);
  int64_t lines(ArabicScriptLanguage language) const { return lines_[static_cast<size_t>(language)]; }
  // Whether at least nine tenths of the lines whose language is known are Persian. Text in other scripts does
  // not matter.
  bool is_persian() const;
  // "412 lines are Persian, 3 Arabic", or "no line is in Persian, Arabic or a related language".
  std::string describe() const;

 private:
  std::array<int64_t, 6> lines_ = {};
};

}  // namespace hodhod::text
