// SPDX-License-Identifier: Apache-2.0
// Where sentences end: in English and other texts of Latin, Greek or Cyrillic script, in Persian and Arabic,
// and in Chinese and Japanese.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace hodhod::text {

// Whether a text consists only of blanks, controls and characters without a width.
bool is_blank_text(std::string_view text);

// The sentences of a text, in order, as views of it, without the blanks around them. A blank text has none.
//
// A sentence ends after . ! ? … ؟ ۔ and similar marks, and the closing quotes and brackets after them, if a
// blank or the end of the text follows; after 。！？ it always ends. It does not end after an abbreviation
// ("Dr.", "e.g.", "U.S.", "ق.م."), an initial ("J. R. R. Tolkien"), the number of a list's item ("1. Salt"),
// nor if the next word begins with a lower-case letter in a text that has capitals. After an abbreviation
// that may end a sentence ("etc.", "a.m.", "Inc."), it ends before a word that sentences often begin with
// ("The", "He").
std::vector<std::string_view> split_sentences(std::string_view text);

// A text in parts that all fit: the whole text if it fits, else its sentences. A sentence that does not fit
// is split into as few parts as possible at its clauses (after , ; : and similar marks), else at its words,
// else at its characters. A single character is never split. `whole_sentences`: no sentence had to be split.
struct FittingParts {
  std::vector<std::string_view> parts;
  bool whole_sentences = true;
};
FittingParts split_to_fit(std::string_view text, const std::function<bool(std::string_view)>& fits);

}  // namespace hodhod::text
