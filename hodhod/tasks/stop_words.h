// SPDX-License-Identifier: Apache-2.0
// Words that say little about what a text is about: articles, pronouns, prepositions, auxiliaries.
#pragma once

#include <string_view>

namespace hodhod {

// Whether a word in lower case is among those of English or of Persian.
bool is_stop_word(std::string_view word);

}  // namespace hodhod
