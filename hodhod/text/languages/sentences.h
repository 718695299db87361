// SPDX-License-Identifier: Apache-2.0
// Where sentences end: in English and other texts of Latin, Greek or Cyrillic script, in Persian and Arabic,
// and in Chinese and Japanese.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace hodhod::text {

// Whether there is nothing to read in a text: blanks, controls and characters without a width alone.
bool is_blank_text(std::string_view text);

// The sentences of a text, in order, as parts of it, without the blanks around them. None of a blank text.
//
// A sentence ends after . ! ? … ؟ ۔ and their like, and the closing quotes and brackets after them, where a
// blank or the end of the text follows; after 。！？ anywhere. It does not end after an abbreviation ("Dr.",
// "e.g.", "U.S.", "ق.م."), an initial ("J. R. R. Tolkien"), the number of a list's item ("1. Salt"), nor
// where the next word begins with a small letter in a text that has capital ones. After an abbreviation that
// may end a sentence ("etc.", "a.m.", "Inc."), it ends before a word that sentences often begin with ("The",
// "He").
std::vector<std::string_view> split_sentences(std::string_view text);

// A text in parts that all fit: the whole if it does; else its sentences; of a sentence that does not fit as
// few parts as its clauses (up to , ; : and their like), else its words, else its characters can be put
// together to. A single character stands as it is. `whole_sentences` says that no sentence had to be cut.
struct FittingParts {
  std::vector<std::string_view> parts;
  bool whole_sentences = true;
};
FittingParts split_to_fit(std::string_view text, const std::function<bool(std::string_view)>& fits);

}  // namespace hodhod::text
