// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/languages/sentences.h"

#include <algorithm>
#include <array>
#include <string>

#include "hodhod/base/utf8.h"
#include "hodhod/text/unicode/character_classes.h"

namespace hodhod::text {
namespace {

// Abbreviations that never end a sentence, without their last point.
constexpr auto kTitles = std::to_array<std::string_view>(
    {"mr",   "mrs",  "ms",   "dr",   "prof", "rev",    "hon", "st",   "mt",     "gen", "col",  "lt",   "sgt",
     "capt", "cmdr", "adm",  "maj",  "gov",  "sen",    "rep", "pres", "messrs", "mme", "mlle", "herr", "vs",
     "v",    "cf",   "e.g",  "i.e",  "viz",  "approx", "ca",  "fig",  "figs",   "eq",  "eqs",  "sec",  "ch",
     "vol",  "vols", "no",   "nos",  "nr",   "p",      "pp",  "art",  "ed",     "eds", "dept", "univ", "est",
     "jan",  "feb",  "mar",  "apr",  "jun",  "jul",    "aug", "sep",  "sept",   "oct", "nov",  "dec",  "z.b",
     "d.h",  "bzw",  "resp", "incl", "esp",  "ص",      "ج",   "ر.ک"});
// Abbreviations that end a sentence if the next word often begins one.
constexpr auto kEndings = std::to_array<std::string_view>(
    {"etc", "inc", "ltd", "co", "corp", "jr", "sr", "bros", "al", "ph.d", "m.d", "b.a", "m.a", "a.m", "p.m"});
constexpr auto kStarters = std::to_array<std::string_view>(
    {"the",   "a",     "an",    "he",    "she",  "it",   "they", "we",  "you", "i",        "this",    "that",
     "these", "those", "there", "in",    "on",   "at",   "but",  "and", "if",  "when",     "while",   "after",
     "his",   "her",   "its",   "their", "our",  "my",   "for",  "as",  "no",  "not",      "however", "what",
     "who",   "why",   "how",   "where", "then", "some", "many", "one", "so",  "although", "since",   "yet"});

constexpr std::u32string_view kStops = U".!?…؟۔‼⁇⁈⁉।॥";  // followed by a blank
constexpr std::u32string_view kWideStops = U"。！？｡";   // by anything
constexpr std::u32string_view kClosing = U"\"'”’»›)]}）」』》】〉］";
constexpr std::u32string_view kOpening = U"\"'“‘«‹([{（「『《【〈［¿¡";
constexpr std::u32string_view kClauseMarks = U",;:،؛，、；：—";

bool is_one_of(std::u32string_view set, char32_t code) { return set.find(code) != std::u32string_view::npos; }

bool is_blank_code(char32_t code) { return CharacterClasses().is(code, kSpace); }

bool is_private(char32_t code) { return (code >= 0xE000 && code <= 0xF8FF) || code >= 0xF0000; }

std::string_view without_blanks(std::string_view text) {
  size_t begin = text.size(), end = 0;
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    if (!is_blank_code(c.code)) {
      begin = std::min(begin, at);
      end = at + c.size;
    }
    at += c.size;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::string in_small(std::string_view text) {
  std::string lower;
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    if (c.code == kIllFormed) {
      lower.append(text.substr(at, c.size));
    } else {
      append_lowercase(lower, c.code);
    }
    at += c.size;
  }
  return lower;
}

template <size_t N>
bool is_listed(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// The word that ends at the end of `text`, without what opens before it.
std::string_view last_word(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    const Character c = read_character_before(text, begin);
    if (is_blank_code(c.code) || is_one_of(kOpening, c.code)) break;
    begin -= c.size;
  }
  return text.substr(begin);
}

// The word at the beginning of `text`, without what opens before it and what closes after it.
std::string_view first_word(std::string_view text) {
  size_t begin = 0, end = 0;
  for (; begin < text.size(); begin += read_character(text, begin).size) {
    if (!is_one_of(kOpening, read_character(text, begin).code)) break;
  }
  for (end = begin; end < text.size(); end += read_character(text, end).size) {
    const char32_t code = read_character(text, end).code;
    if (!CharacterClasses().is(code, kWord) && code != U'\'') break;
  }
  return text.substr(begin, end - begin);
}

bool begins_small(std::string_view word) {
  if (word.empty()) return false;
  const Character c = read_character(word);
  if (c.code == kIllFormed || !CharacterClasses().is(c.code, kLetter)) return false;
  // A lower-case letter equals its lower case and has an upper case; letters without case have none.
  const bool latin_like = c.code < 0x530 || (c.code >= 0x1E00 && c.code < 0x2000);
  return latin_like && in_small(word.substr(0, c.size)) == word.substr(0, c.size);
}

bool is_number(std::string_view word) {
  for (size_t at = 0; at < word.size();) {
    const Character c = read_character(word, at);
    if (!CharacterClasses().is(c.code, kNumber)) return false;
    at += c.size;
  }
  return !word.empty();
}

// Whether a point after `before`, the sentence so far, does not end it if the next word is `next`.
bool is_abbreviation(std::string_view before, std::string_view next) {
  const std::string_view word = last_word(before);
  if (word.empty()) return false;
  if (is_number(without_blanks(before))) return true;  // the number of an item
  const std::string lower = in_small(word);
  if (is_listed(kTitles, lower)) {
    // "No." as an answer, and numbers.
    return lower != "no" || is_number(next);
  }
  const bool initial =
      count_characters(word) == 1 && CharacterClasses().is(read_character(word).code, kLetter);
  const bool dotted = word.find('.') != std::string_view::npos && word.front() != '.' && word.back() != '.' &&
                      !std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
                      word.find("..") == std::string_view::npos && word.size() <= 12;
  if (!initial && !dotted && !is_listed(kEndings, lower)) return false;
  return !is_listed(kStarters, in_small(next));
}

bool has_capitals(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    const std::string_view letter = text.substr(at, c.size);
    if (CharacterClasses().is(c.code, kLetter) && in_small(letter) != letter) return true;
    at += c.size;
  }
  return false;
}

// Where the stops and closing marks end that begin at `at`; `at` itself if no sentence ends there. `cased`:
// sentences begin with capital letters.
size_t end_of_sentence(std::string_view text, size_t begin, size_t at, bool cased) {
  const Character first = read_character(text, at);
  const bool wide = is_one_of(kWideStops, first.code);
  if (!wide && !is_one_of(kStops, first.code)) return at;
  size_t end = at;
  bool single_point = first.code == U'.', is_wide = false;
  for (; end < text.size(); end += read_character(text, end).size) {
    const char32_t code = read_character(text, end).code;
    if (!is_one_of(kStops, code) && !is_one_of(kWideStops, code)) break;
    is_wide = is_wide || is_one_of(kWideStops, code);
    single_point = single_point && end == at;
  }
  while (end < text.size() && is_one_of(kClosing, read_character(text, end).code)) {
    end += read_character(text, end).size;
  }
  if (end == text.size()) return end;
  if (!is_wide && !is_blank_code(read_character(text, end).code)) return at;
  const std::string_view next = first_word(without_blanks(text.substr(end)));
  if (!is_wide && cased && begins_small(next)) return at;
  if (single_point && is_abbreviation(text.substr(begin, at - begin), next)) return at;
  return end;
}

void add_unless_blank(std::vector<std::string_view>& parts, std::string_view part) {
  if (const auto trimmed = without_blanks(part); !trimmed.empty()) parts.push_back(trimmed);
}

// Parts that end after each character for which `ends` holds.
template <class Ends>
std::vector<std::string_view> split_after(std::string_view text, Ends ends) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    at += c.size;
    if (!ends(c.code) && at < text.size()) continue;
    add_unless_blank(parts, text.substr(begin, at - begin));
    begin = at;
  }
  return parts;
}

std::string_view from_to(std::string_view first, std::string_view last) {
  return {first.data(), static_cast<size_t>(last.data() + last.size() - first.data())};
}

// Joins adjacent `units` into parts as long as they fit; a unit that does not fit alone is a part.
std::vector<std::string_view> put_together(const std::vector<std::string_view>& units,
                                           const std::function<bool(std::string_view)>& fits) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin < units.size();) {
    const auto fit = [&](size_t count) { return fits(from_to(units[begin], units[begin + count - 1])); };
    const size_t left = units.size() - begin;
    size_t good = 1, bad = 2;
    for (; bad <= left && fit(bad); bad *= 2) good = bad;
    bad = std::min(bad, left + 1);
    while (bad - good > 1) {
      const size_t middle = (good + bad) / 2;
      (fit(middle) ? good : bad) = middle;
    }
    parts.push_back(from_to(units[begin], units[begin + good - 1]));
    begin += good;
  }
  return parts;
}

// Splits a sentence that does not fit, at the largest units that give fitting parts.
std::vector<std::string_view> cut_sentence(std::string_view sentence,
                                           const std::function<bool(std::string_view)>& fits) {
  const auto clauses = split_after(sentence, [](char32_t c) { return is_one_of(kClauseMarks, c); });
  std::vector<std::string_view> parts;
  for (const std::string_view clause : put_together(clauses, fits)) {
    if (fits(clause)) {
      parts.push_back(clause);
      continue;
    }
    for (const std::string_view words : put_together(split_after(clause, is_blank_code), fits)) {
      if (fits(words)) {
        parts.push_back(words);
        continue;
      }
      const auto characters = split_after(words, [](char32_t) { return true; });
      for (const std::string_view part : put_together(characters, fits)) parts.push_back(part);
    }
  }
  return parts;
}

}  // namespace

bool is_blank_text(std::string_view text) {
  const CharacterClasses classes;
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    if (c.code == kIllFormed || is_private(c.code) || !classes.is(c.code, kSpace | kControlLike))
      return false;
    at += c.size;
  }
  return true;
}

std::vector<std::string_view> split_sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  const bool cased = has_capitals(text);
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = end_of_sentence(text, begin, at, cased);
    if (end > at) {
      add_unless_blank(sentences, text.substr(begin, end - begin));
      begin = at = end;
      continue;
    }
    // If a run of stops ends no sentence, none of its stops does.
    const bool stop = is_one_of(kStops, read_character(text, at).code);
    do {
      at += read_character(text, at).size;
    } while (stop && at < text.size() && is_one_of(kStops, read_character(text, at).code));
  }
  add_unless_blank(sentences, text.substr(begin));
  return sentences;
}

FittingParts split_to_fit(std::string_view text, const std::function<bool(std::string_view)>& fits) {
  if (fits(text)) return {{text}};
  FittingParts result;
  for (const std::string_view sentence : split_sentences(text)) {
    if (fits(sentence)) {
      result.parts.push_back(sentence);
      continue;
    }
    result.whole_sentences = false;
    for (const std::string_view part : cut_sentence(sentence, fits)) result.parts.push_back(part);
  }
  return result;
}

}  // namespace hodhod::text
