// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/languages/language.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "hodhod/text/unicode/character_classes.h"

namespace hodhod::text {
namespace {

using Language = ArabicScriptLanguage;
using Scores = std::array<int, 6>;  // by language

// Letters and words of one language, and the score for finding one.
struct Evidence {
  Language language;
  int worth;
  std::u32string_view letters;
};

constexpr Evidence kLetters[] = {
    {Language::persian, 2, U"پچژگۀ"},  {Language::arabic, 3, U"إ"},
    {Language::arabic, 2, U"ة"},       {Language::urdu, 3, U"ٹڈڑںےہۓۂ"},
    {Language::kurdish, 3, U"ێۆڕڵەڤ"}, {Language::pashto, 3, U"ټډړږښګځڅڼېۍ"},
};

// ی and ک tell little, and so do ي and ك: Persian is often typed on Arabic keyboards. So they have low
// scores.
constexpr int kMostByForm = 2;

// Frequent words that other languages do not share, with ی and ک in place of ي and ك.
constexpr int kWorthOfWord = 3;
using Words = std::unordered_set<std::string_view>;

const Words& persian_words() {
  static const Words kWords = {
      "آن",   "آنها", "از",  "است", "اما", "او",  "اگر",  "ایشان", "این", "با",   "باید", "بر",
      "برای", "به",   "بود", "بی",  "تر",  "خود", "دارد", "در",    "دو",  "دیگر", "را",   "سه",
      "شد",   "شده",  "شما", "شود", "می",  "نمی", "نیز",  "نیست",  "ها",  "های",  "هر",   "هم",
      "همه",  "هیچ",  "وی",  "پس",  "چون", "کرد", "کرده", "کند",   "که",  "گفت",  "یا",   "یک",
  };
  return kWords;
}

const Words& arabic_words() {
  static const Words kWords = {
      "أن",  "أو", "إلى", "إن", "التی", "الذی", "الذین", "الى", "ثم",  "حتى", "ذلک", "على", "عن",
      "عند", "فی", "قد",  "لا", "لم",   "لن",   "منذ",   "هذا", "هذه", "هو",  "وقد", "ولا",
  };
  return kWords;
}

std::string spelt_alike(std::string_view word) {
  std::string folded;
  for (size_t i = 0; i < word.size();) {
    const Character c = read_character(word, i);
    append_utf8(folded, c.code == U'ي' ? U'ی' : c.code == U'ك' ? U'ک' : c.code);
    i += c.size;
  }
  return folded;
}

int& score_of(Scores& scores, Language language) { return scores[static_cast<size_t>(language)]; }

void add_word(std::string_view word, Scores& scores) {
  const std::string folded = spelt_alike(word);
  if (persian_words().contains(folded)) score_of(scores, Language::persian) += kWorthOfWord;
  if (arabic_words().contains(folded)) score_of(scores, Language::arabic) += kWorthOfWord;
  // The Arabic article, and with و or ب before it.
  const bool has_article = word.starts_with("ال") || word.starts_with("وال") || word.starts_with("بال");
  if (has_article && count_characters(word) >= 5) score_of(scores, Language::arabic) += 2;
}

void add_letters(std::string_view line, Scores& scores) {
  int persian_forms = 0, arabic_forms = 0;
  for (size_t i = 0; i < line.size();) {
    const Character c = read_character(line, i);
    i += c.size;
    if (c.code < 0x600 || c.code > 0x6FF) continue;
    persian_forms += c.code == U'ی' || c.code == U'ک' || (c.code >= U'۰' && c.code <= U'۹');
    arabic_forms += c.code == U'ي' || c.code == U'ك' || c.code == U'ى' || (c.code >= U'٠' && c.code <= U'٩');
    for (const Evidence& evidence : kLetters) {
      if (evidence.letters.find(c.code) != evidence.letters.npos) {
        score_of(scores, evidence.language) += evidence.worth;
      }
    }
  }
  score_of(scores, Language::persian) += std::min(persian_forms, kMostByForm);
  score_of(scores, Language::arabic) += std::min(arabic_forms, kMostByForm);
}

void add_words(std::string_view line, Scores& scores) {
  const CharacterClasses classes;
  size_t begin = 0;
  for (size_t i = 0; i <= line.size();) {
    const Character c = i < line.size() ? read_character(line, i) : Character{U' ', 1};
    // A zero-width non-joiner separates a word from its ending: می‌خواهم.
    if (!classes.is(c.code, kLetter | kMark)) {
      if (i > begin) add_word(line.substr(begin, i - begin), scores);
      begin = i + c.size;
    }
    i += c.size;
  }
}

bool has_arabic_letters(std::string_view line) {
  for (size_t i = 0; i < line.size();) {
    const auto lead = static_cast<unsigned char>(line[i]);
    if (lead >= 0xD8 && lead <= 0xDB) return true;
    i += read_character(line, i).size;
  }
  return false;
}

}  // namespace

ArabicScriptLanguage language_of_line(std::string_view line) {
  if (!has_arabic_letters(line)) return Language::none;
  Scores scores = {};
  add_letters(line, scores);
  add_words(line, scores);
  const auto best = std::max_element(scores.begin(), scores.end());
  if (*best < 2 || std::count(scores.begin(), scores.end(), *best) > 1) return Language::none;
  return static_cast<Language>(best - scores.begin());
}

void LanguageCount::add(std::string_view line) { ++lines_[static_cast<size_t>(language_of_line(line))]; }

bool LanguageCount::is_persian() const {
  int64_t known = 0;
  for (size_t i = 1; i < lines_.size(); ++i) known += lines_[i];
  return known > 0 && lines(Language::persian) * 10 >= known * 9;
}

std::string LanguageCount::describe() const {
  std::string found;
  for (size_t i = 1; i < lines_.size(); ++i) {
    if (lines_[i] == 0) continue;
    const char* verb = found.empty() ? (lines_[i] == 1 ? " line is" : " lines are") : "";
    found += fmt::format("{}{}{} {}", found.empty() ? "" : ", ", lines_[i], verb, names_of(Language{})[i]);
  }
  return found.empty() ? "no line is in Persian, Arabic or a related language" : found;
}

}  // namespace hodhod::text
