// SPDX-License-Identifier: Apache-2.0
// Text as the published metrics see it: Python's notion of characters, blanks and lower case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hodhod::metrics {

// The characters of a UTF-8 text, each as its bytes; a stray byte is a character of its own.
std::vector<std::string_view> characters(std::string_view text);
// Unicode's blanks as str.split() takes them (a zero-width joiner or non-joiner is none).
bool is_blank(std::string_view character);
// The pieces between blanks.
std::vector<std::string_view> words(std::string_view text);
// Without the blanks at the end.
std::string_view without_blanks_at_end(std::string_view text);
std::string lower_case(std::string_view text);

enum class Kind { other, letter, mark, punctuation, symbol, number };
// By Unicode's general category (L, M, P, S, N).
Kind kind_of(std::string_view character);

// Han characters, bopomofo, and the punctuation, wide forms and symbols that go with them, as sacreBLEU's
// tokenizer for Chinese has them.
bool is_chinese(std::string_view character);

}  // namespace hodhod::metrics
