// SPDX-License-Identifier: Apache-2.0
// The script of a character (Unicode's Script property, by PCRE2's tables), and where scripts change in a
// text.
#pragma once

#include <cstdint>
#include <string_view>

namespace hodhod::text {

// Scripts that something depends on have names; the others are numbers that differ.
enum class Script : uint8_t { kUnknown = 1, kCommon, kInherited, kHan, kHiragana, kKatakana };

// kUnknown for code points without one, surrogates and what is no code point. Several threads may call it.
Script script_of(char32_t code);
// The same with the three Japanese scripts as one, kHan, as SentencePiece and Hugging Face's UnicodeScripts
// see them; U+30FC is Han too.
Script joined_script_of(char32_t code);

// How many of the first bytes of `word` a SentencePiece piece may hold: up to a character of another script
// than those before it. ▁ goes with all, a mark or joiner (Inherited) with what it follows. `word` is not
// empty.
size_t script_end(std::string_view word);

}  // namespace hodhod::text
