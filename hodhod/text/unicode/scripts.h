// SPDX-License-Identifier: Apache-2.0
// The script of a character (Unicode's Script property, by PCRE2's tables), and where scripts change in a
// text.
#pragma once

#include <cstdint>
#include <string_view>

namespace hodhod::text {

// Scripts that code depends on have names; the others are distinct numbers.
enum class Script : uint8_t { unknown = 1, common, inherited, han, hiragana, katakana };

// unknown for code points without a script, surrogates and numbers that are not code points. Thread-safe.
Script script_of(char32_t code);
// The same with the three Japanese scripts as one, kHan, as SentencePiece and Hugging Face's UnicodeScripts
// see them; U+30FC is Han too.
Script joined_script_of(char32_t code);

// How many of the first bytes of `word` a SentencePiece piece may hold: those before the first change of
// script. ▁ belongs to any script, a mark or joiner (Inherited) to what it follows. `word` is not empty.
size_t script_end(std::string_view word);

}  // namespace hodhod::text
