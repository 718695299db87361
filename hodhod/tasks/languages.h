// SPDX-License-Identifier: Apache-2.0
// Translators of many languages: tokens say which language a text is in and which is written (mBART), or
// words before the text do (T5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/tasks/translate.h"

namespace hodhod {

// As tokens (fa_IR), or by their beginnings if only one language begins so (fa); for T5 as config.json names
// them. Empty: as the model's directory says.
struct LanguageChoice {
  std::string source = {}, target = {};
  // What is put before each text, whatever the model's directory says.
  std::optional<std::string> prefix = {};

  bool names_none() const { return source.empty() && target.empty(); }
};

// The name in task_specific_params of config.json of the translation between these languages
// (translation_en_to_de), whose settings are the prefix of texts and those of decoding; "translation" if no
// language is named, or if the file names none. Error if it names others.
std::string translation_task(const Json& config, const LanguageChoice& choice);

// From now on `translator` reads texts in one language and writes the other, and is saved so: the tokenizer
// puts the token of the source around texts, and the decoder's first token is that of the target. mBART
// begins the decoder's input with it, and mBART-50 lets it be the first that is written. Where config.json
// has a prefix for the two languages, as T5's does, that is put before texts, and what it says of decoding
// counts. Error if the model has neither, or if the language is none of them.
void choose_languages(Translator& translator, const LanguageChoice& choice);

// A sentence that says what to do if the model has languages and nothing says which one it writes.
std::vector<std::string> language_notes(const Translator& translator);

}  // namespace hodhod
