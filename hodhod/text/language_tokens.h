// SPDX-License-Identifier: Apache-2.0
// Tokens that name the language of a text, such as en_XX and fa_IR of mBART, pes_Arab of NLLB, __fa__ of
// M2M-100.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/after/post_processor.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// Whether a token is spelt like such a name: letters of a language (ISO 639), _, and a country or a script;
// or the letters between two pairs of _.
bool is_language_token(std::string_view token);
// How a tokenizer's settings call the language: "fa" of __fa__, other tokens whole.
std::string_view language_code(std::string_view token);

// Whether the token with this id is spelt so. False if there is no such token.
bool is_language_token(const Tokenizer& tokenizer, int64_t id);

// The special tokens that name languages, in the order of their ids.
std::vector<std::string> language_tokens(const Tokenizer& tokenizer);

// The same post-processor, which puts `language` around texts where it put another language; null if it puts
// none.
PostProcessorPtr with_language(const PostProcessor& post_processor, const SpecialToken& language);

// From now on texts are encoded as ones in this language, and the tokenizer is saved so. Error if the
// tokenizer does not know the language or puts none around texts.
void set_language(Tokenizer& tokenizer, const std::string& language);

// Sets src_lang or tgt_lang of the tokenizer_config.json that is saved, if the tokenizer has a class that
// heeds it.
void name_language(Tokenizer& tokenizer, std::string_view setting, const std::string& language);

}  // namespace hodhod::text
