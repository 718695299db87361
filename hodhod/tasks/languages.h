// SPDX-License-Identifier: Apache-2.0
// Translators of many languages, such as mBART: tokens say which language a text is in and which is written.
#pragma once

#include <string>
#include <vector>

#include "hodhod/tasks/translate.h"

namespace hodhod {

// As tokens (fa_IR), or by their beginnings if only one language begins so (fa). Empty: as the model's
// directory says.
struct LanguageChoice {
  std::string source = {}, target = {};
};

// From now on `translator` reads texts in one language and writes the other, and is saved so: the tokenizer
// puts the token of the source around texts, and the decoder's first token is that of the target. mBART
// begins the decoder's input with it, and mBART-50 lets it be the first that is written. Error if the model
// has no such tokens, or if the language is none of them.
void choose_languages(Translator& translator, const LanguageChoice& choice);

// A sentence that says what to do if the model has languages and nothing says which one it writes.
std::vector<std::string> language_notes(const Translator& translator);

}  // namespace hodhod
